/** A repository in a Hugging Face cache: refs name a commit, its snapshot links to blobs. */
import { join } from 'node:path';
import {
  addFolder,
  checkDigest,
  checkGitDigest,
  type Found,
  locate,
  namesIn,
  nothing,
  onlyOne,
  type Resolving,
  readDocument,
  startResolving,
  storeFolders,
} from './store-folder.ts';
import type { ResolvedSource } from './store-source.ts';

const places = ['hub', 'huggingface/hub', '.cache/huggingface/hub'];
const kinds = ['models', 'datasets', 'spaces'];
const repository = /^[A-Za-z0-9][\w.-]{0,95}(?:\/[A-Za-z0-9][\w.-]{0,95})?$/;
const revisionName = /^[A-Za-z0-9][\w.-]{0,200}(?:\/[A-Za-z0-9][\w.-]{0,200}){0,5}$/;

/**
 * @param repo `organisation/name` or `name`; data sets and spaces are found too.
 * @source huggingface_hub, "Understand caching": refs/, blobs/, snapshots/. A blob is called by its SHA-256 (large files) or its git hash.
 */
export async function resolveHuggingFace(
  { repo, revision = 'main' }: { readonly repo: string; readonly revision?: string },
  roots: readonly string[],
): Promise<ResolvedSource> {
  if (!repository.test(repo)) return nothing(repo, 'That is no name of a repository.');
  if (!revisionName.test(revision)) return nothing(revision, 'That is no name of a revision.');
  const resolving = startResolving(roots);
  const folder = await repositoryFolder(repo, resolving);
  if (folder === null) return nothing(repo, 'No cache under the folders that may be read holds this repository.');
  const snapshot = await snapshotFolder(folder, revision, roots);
  if (snapshot === null) return nothing(`${repo}@${revision}`, 'The cache holds the repository, not this revision.');
  await addFolder(snapshot, resolving, (name, found) => checkBlob(name, found, resolving));
  return resolving;
}

async function repositoryFolder(repo: string, resolving: Resolving): Promise<string | null> {
  const folders = await storeFolders(resolving.roots, places);
  const name = repo.replaceAll('/', '--');
  const found = await Promise.all(
    folders.flatMap((folder) => kinds.map((kind) => locate(join(folder, `${kind}--${name}`), resolving.roots))),
  );
  return onlyOne(
    found.flatMap((place) => (typeof place === 'object' && place.isFolder ? [place.path] : [])),
    repo,
    resolving,
  );
}

/** The revision is a commit, a ref that names one, or the beginning of one. */
async function snapshotFolder(folder: string, revision: string, roots: readonly string[]): Promise<string | null> {
  const ref = (await readDocument(join(folder, 'refs', revision), roots))?.trim();
  const wanted = ref !== undefined && /^[0-9a-f]{7,64}$/i.test(ref) ? ref : revision;
  const exact = await locate(join(folder, 'snapshots', wanted), roots);
  if (typeof exact === 'object' && exact.isFolder) return exact.path;
  const matching = (await namesIn(join(folder, 'snapshots'))).filter((name) => /^[0-9a-f]{7,}$/i.test(wanted) && name.startsWith(wanted));
  const [only] = matching;
  const place = only === undefined || matching.length > 1 ? 'missing' : await locate(join(folder, 'snapshots', only), roots);
  return typeof place === 'object' && place.isFolder ? place.path : null;
}

async function checkBlob(name: string, found: Found, resolving: Resolving): Promise<void> {
  const blob = /\/blobs\/([0-9a-f]{40}|[0-9a-f]{64})$/.exec(found.path)?.[1];
  if (blob?.length === 64) await checkDigest(found, { algorithm: 'sha256', digest: blob }, name, resolving);
  if (blob?.length === 40) await checkGitDigest(found, blob, name, resolving);
}
