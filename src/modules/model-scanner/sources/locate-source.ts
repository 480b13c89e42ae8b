/** From what somebody named to the files a scan reads: under the configured roots, in a store there, or in quarantine. */
import { stat } from 'node:fs/promises';
import { config } from '../../../platform/config.ts';
import { confine } from '../../../platform/scan-roots.ts';
import { type ScanSource, scanProblems, sourceProblems } from '../contract.ts';
import { scanFiles, scanTree, type TreeOptions } from '../engine/scan-tree.ts';
import type { SkippedEntry, WalkedFile } from '../engine/walk.ts';
import { uploadToScan } from '../quarantine.ts';
import { resolveSource } from '../stores/resolve-source.ts';
import type { ResolvedSource, StoreSource } from '../stores/store-source.ts';

/** Either one real path, or files of a store under the names people know. */
export type LocatedSource =
  | { readonly root: string; readonly path: string }
  | { readonly root: string; readonly files: readonly WalkedFile[]; readonly skipped: readonly SkippedEntry[] };

/** @throws path.outsideRoots, path.missing, model-scanner.noSuchPath, .uploadNotFound, .sourceNotFound */
export async function locateSource(source: ScanSource, workspaceId: string | undefined): Promise<LocatedSource> {
  if ('path' in source) {
    const path = await confine(source.path);
    if (!(await stat(path).catch(() => null))) throw scanProblems.noSuchPath({ path });
    return { root: path, path };
  }
  if ('upload' in source) {
    if (workspaceId === undefined) throw sourceProblems.uploadNotFound({ id: source.upload });
    const path = await uploadToScan({ workspaceId, uploadId: source.upload });
    return { root: path, path };
  }
  return filesOf(await resolveSource(storeSource(source), config().scanRoots));
}

type InStore = Exclude<ScanSource, { path: string } | { upload: string }>;

function storeSource(source: InStore): StoreSource {
  if ('hfCache' in source) {
    const { repo, revision } = source.hfCache;
    return { hfCache: revision === undefined ? { repo } : { repo, revision } };
  }
  if ('ociLayout' in source) {
    const { folder, reference } = source.ociLayout;
    return { ociLayout: reference === undefined ? { folder } : { folder, reference } };
  }
  return source;
}

/** What the store lists and does not hold stays unread: the result is incomplete, never clean. */
async function filesOf({ files, problems }: ResolvedSource): Promise<LocatedSource> {
  const [first] = problems;
  if (files.length === 0) throw sourceProblems.sourceNotFound({ detail: first === undefined ? 'the store holds no file.' : first.detail });
  const walked: WalkedFile[] = [];
  const skipped: SkippedEntry[] = [];
  for (const { path, name } of files) {
    const status = await stat(path).catch(() => null);
    if (status === null) skipped.push({ name, reason: 'permission', detail: 'The file went away while the scan began.' });
    else walked.push({ path, name, size: status.size });
  }
  for (const { code, name, detail } of problems)
    if (code !== 'ambiguous') skipped.push({ name, reason: code === 'too-many' ? 'too-many' : 'permission', detail: `${code}: ${detail}` });
  return { root: '/', files: walked, skipped };
}

export function scanLocated(located: LocatedSource, options: TreeOptions) {
  return 'path' in located ? scanTree([located.path], options) : scanFiles(located.files, located.skipped, options);
}
