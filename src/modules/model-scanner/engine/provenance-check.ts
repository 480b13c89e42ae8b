/** After the walk: the bytes of files against what signed manifests, registries and checksum lists say about them. */
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import provenanceCoverage from '../detectors/provenance-coverage.ts';
import provenanceDigest from '../detectors/provenance-digest.ts';
import provenanceSignature from '../detectors/provenance-signature.ts';
import type { PracticeFact, ProvenanceFact } from './artefact.ts';
import { artefactWithPractices } from './artefact-practices.ts';
import type { FileReport } from './file-report.ts';
import { findingOf } from './make-finding.ts';
import { rootPlace } from './place.ts';
import { quote } from './quote.ts';
import { verdictOf, verdictOrder } from './verdict.ts';
import type { WalkedFile } from './walk.ts';

export type ProvenanceLimits = {
  /** Bytes hashed in one scan. */
  readonly bytes: number;
  /** On `performance.now`'s clock: nothing is hashed beyond. */
  readonly deadline: number;
};

/** What may be hashed by profile: quick looks at settings and small files, deep at all. */
export function provenanceBytes(profile: 'quick' | 'standard' | 'deep'): number {
  if (profile === 'quick') return 64 * 2 ** 20;
  return profile === 'deep' ? Number.MAX_SAFE_INTEGER : 4 * 2 ** 30;
}

type Claim = {
  readonly subject: ProvenanceFact['subjects'][number];
  readonly path: string;
  readonly manifest: FileReport;
  readonly fact: ProvenanceFact;
};
type Said = { readonly path: string; readonly practice: Omit<PracticeFact, 'subject' | 'where'> };

/**
 * Adds findings to the reports of files whose digest or size is not what a manifest beside them says, of files that a folder's
 * signature leaves out or that are not there, and of model folders that nobody signed.
 * @param reports of one scan, paths relative to it; @param files where they lie.
 * @returns the reports in the same order. Hashing is bounded by `limits`; what was not hashed is named.
 */
export async function checkedProvenance(
  reports: readonly FileReport[],
  files: readonly WalkedFile[],
  limits: ProvenanceLimits,
): Promise<FileReport[]> {
  const signing = reports.filter(({ provenance }) => provenance.length > 0);
  const walked = new Map(files.map((file) => [file.name, file]));
  const claims = signing.flatMap((manifest) => claimsOf(manifest));
  const compared = [...(await comparedFiles(claims, walked, limits)), ...(await signedFiles(claims, walked, limits))];
  const said = [...compared, ...uncovered(signing, reports), ...missing(claims, walked), ...unsigned(reports, signing)];
  if (said.length === 0) return [...reports];
  const byPath = Map.groupBy(said, ({ path }) => path);
  return reports.map((report) => withFindings(report, byPath.get(report.path) ?? []));
}

/** Members of archives speak about other members: only what lies in the open is compared. */
function claimsOf(manifest: FileReport): Claim[] {
  const folder = folderOf(manifest.path);
  return manifest.provenance
    .filter(({ where }) => where.containerPath.length === 1)
    .flatMap((fact) =>
      fact.subjects.flatMap((subject) => {
        const path = joined(folder, subject.file);
        return path === null ? [] : [{ subject, path, manifest, fact }];
      }),
    );
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

/** null when the name climbs out of the folder or is no plain path. */
function joined(folder: string, file: string): string | null {
  if (file.startsWith('/') || file.includes('\\') || file.includes('\0')) return null;
  const parts = file.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.length === 0 || parts.includes('..')) return null;
  return [...(folder === '' ? [] : [folder]), ...parts].join('/');
}

const digits = new Map([
  ['md5', 32],
  ['sha1', 40],
  ['sha224', 56],
  ['sha256', 64],
  ['sha384', 96],
  ['sha512', 128],
]);

async function comparedFiles(claims: readonly Claim[], walked: ReadonlyMap<string, WalkedFile>, limits: ProvenanceLimits): Promise<Said[]> {
  const said: Said[] = [];
  const digests = new Map<string, string | null>();
  let left = limits.bytes;
  // Small files first: the budget then covers the most of them.
  const present = claims.flatMap((claim) => {
    const file = walked.get(claim.path);
    return file === undefined ? [] : [{ claim, file }];
  });
  for (const { claim, file } of present.sort((a, b) => a.file.size - b.file.size)) {
    const { algorithm, digest, size } = claim.subject;
    const by = `${claim.manifest.path === '' ? 'The manifest' : claim.manifest.path}`;
    if (size !== null && size !== file.size) {
      said.push({
        path: claim.path,
        practice: {
          code: 'size-mismatch',
          detail: `${by} says that the file has ${size} bytes; it has ${file.size}.`,
          text: `${size} ≠ ${file.size}`,
          certainty: 'proved',
        },
      });
      continue;
    }
    if (digits.get(algorithm) !== digest.length || !/^[0-9a-f]+$/.test(digest)) continue;
    const key = `${algorithm} ${claim.path}`;
    if (!digests.has(key)) {
      const affordable = file.size <= left && performance.now() < limits.deadline;
      if (affordable) left -= file.size;
      digests.set(key, affordable ? await digestOfFile(file.path, algorithm) : null);
    }
    const found = digests.get(key) ?? null;
    if (found === null)
      said.push({
        path: claim.path,
        practice: {
          code: 'digest-not-checked',
          detail: `${by} names the ${algorithm} of the file, which was not computed: the scan’s budget for it is used up.`,
          text: digest,
          certainty: 'possible',
        },
      });
    else if (found !== digest)
      said.push({
        path: claim.path,
        practice: {
          code: 'digest-mismatch',
          detail: `${by} says that the file has the ${algorithm} ${digest}; it has ${found}.`,
          text: `${algorithm} ${digest} ≠ ${found}`,
          certainty: 'proved',
        },
      });
  }
  return said;
}

/** Signatures over single files; said of the file that holds the signature. */
async function signedFiles(claims: readonly Claim[], walked: ReadonlyMap<string, WalkedFile>, limits: ProvenanceLimits): Promise<Said[]> {
  const pending = claims.flatMap(({ fact, path, manifest }) =>
    fact.pending === undefined ? [] : [{ ...fact, pending: fact.pending, path, manifest }],
  );
  if (pending.length === 0) return [];
  const { signedFilePractice } = await import('./signed-file.ts');
  const said: Said[] = [];
  let left = limits.bytes;
  for (const { pending: signature, signer, path, manifest } of pending) {
    const file = walked.get(path);
    if (file === undefined || file.size > left || performance.now() > limits.deadline) {
      said.push({
        path: manifest.path,
        practice: unreadSignature(file === undefined ? 'the signed file is not there' : 'the scan’s budget for it is used up', signer),
      });
      continue;
    }
    left -= file.size;
    said.push({ path: manifest.path, practice: await signedFilePractice({ path: file.path, pending: signature, signer }) });
  }
  return said;
}

function unreadSignature(because: string, signer: string | null): Said['practice'] {
  return {
    code: 'signature-unverified',
    detail: `A signature is present, not verified: ${because}.`,
    text: signer === null ? 'signer unknown' : `signer says: ${signer}`,
    certainty: 'possible',
  };
}

const blockBytes = 2 ** 20;

async function digestOfFile(path: string, algorithm: string): Promise<string | null> {
  try {
    const handle = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
    try {
      if (!(await handle.stat()).isFile()) return null;
      const hash = createHash(algorithm);
      const block = new Uint8Array(blockBytes);
      for (let read = await handle.read(block, 0, blockBytes); read.bytesRead > 0; read = await handle.read(block, 0, blockBytes))
        hash.update(block.subarray(0, read.bytesRead));
      return hash.digest('hex');
    } finally {
      await handle.close();
    }
  } catch {
    // The scan itself has said that the file cannot be opened.
    return null;
  }
}

const mostNamed = 20;

/** A signature of a folder speaks about every file in it: one that it leaves out came later, or from somebody else. */
function uncovered(signing: readonly FileReport[], reports: readonly FileReport[]): Said[] {
  return signing.flatMap((manifest) => {
    const facts = manifest.provenance.filter(({ kind, where }) => kind === 'model-signing' && where.containerPath.length === 1);
    if (facts.length === 0) return [];
    const folder = folderOf(manifest.path);
    const covered = new Set(facts.flatMap(({ subjects }) => subjects.map(({ file }) => joined(folder, file.replace(/:\d+:\d+$/, '')))));
    const ignored = String(manifest.metadata['ignoredPaths'] ?? '')
      .split('\n')
      .filter((path) => path !== '');
    return reports
      .filter(({ path }) => path !== manifest.path && isBelow(path, folder) && !covered.has(path) && !isLeftOut(path, folder, ignored))
      .slice(0, mostNamed)
      .map(({ path }) => ({
        path,
        practice: {
          code: 'file-not-covered',
          detail: `${manifest.path} is a signature over this folder and does not know the file.`,
          text: path,
          certainty: 'proved' as const,
        },
      }));
  });
}

/** One that was signed and is gone: the folder is no longer what somebody vouched for. Said of the manifest. */
function missing(claims: readonly Claim[], walked: ReadonlyMap<string, WalkedFile>): Said[] {
  const gone = claims.filter(
    ({ fact, path, manifest }) =>
      fact.kind === 'model-signing' && manifest.path !== '' && !walked.has(path) && !walked.has(path.replace(/:\d+:\d+$/, '')),
  );
  return [...Map.groupBy(gone, ({ manifest }) => manifest.path)].map(([path, claimed]) => {
    const names = claimed.slice(0, mostNamed).map(({ subject }) => subject.file);
    const count = claimed.length === 1 ? 'A signed file is' : `${claimed.length} signed files are`;
    return {
      path,
      practice: {
        code: 'signed-file-missing',
        detail: `${count} not in the folder: ${quote(names.join(', '))}.`,
        text: names.join(', '),
        certainty: 'proved' as const,
      },
    };
  });
}

function isBelow(path: string, folder: string): boolean {
  return folder === '' || path.startsWith(`${folder}/`);
}

/** Left out by the signer, or by every signer: version control and the signatures themselves. @source model_signing, default of `--ignore-git-paths`. */
function isLeftOut(path: string, folder: string, ignored: readonly string[]): boolean {
  const below = folder === '' ? path : path.slice(folder.length + 1);
  if (/(^|\/)(\.git|\.gitignore|\.gitattributes|\.github)(\/|$)|\.(sig|sigstore|sigstore\.json|bundle|asc|pem|crt)$/.test(below))
    return true;
  return ignored.some((left) => below === left || below.startsWith(`${left.replace(/\/$/, '')}/`) || path === left);
}

const signatures = new Set<ProvenanceFact['kind']>(['model-signing', 'sigstore-bundle']);
const cards = /(^|\/)(config\.json|README\.md|model_index\.json|MLmodel|[^/]+\.safetensors\.index\.json)$/;

/** A model folder: weights, and a card or a configuration beside them. Said once a folder, at its first weights. */
function unsigned(reports: readonly FileReport[], signing: readonly FileReport[]): Said[] {
  const signed = signing.filter(({ provenance }) => provenance.some(({ kind }) => signatures.has(kind))).map(({ path }) => folderOf(path));
  const carded = new Set(reports.filter(({ path }) => cards.test(path)).map(({ path }) => folderOf(path)));
  const first = new Map<string, string>();
  for (const { role, path } of reports)
    if (role === 'model' && path !== '' && carded.has(folderOf(path)) && !first.has(folderOf(path))) first.set(folderOf(path), path);
  return [...first]
    .filter(([folder]) => !signed.some((known) => known === folder || isBelow(folder, known)))
    .map(([, path]) => ({
      path,
      practice: {
        code: 'unsigned-repository',
        detail: 'Nothing in the folder says who made the model, in a way that can be checked.',
        text: path,
        certainty: 'proved' as const,
      },
    }));
}

/** Digests and names of files: nothing to hide. */
const asWritten = { redacted: (text: string) => text };

function withFindings(report: FileReport, said: readonly Said[]): FileReport {
  if (said.length === 0) return report;
  const where = report.findings[0]?.where.containerPath[0] ?? (report.path.length > 0 ? report.path : 'the file');
  const place = rootPlace(where);
  const artefact = artefactWithPractices(
    said.map(({ practice }) => ({ ...practice, subject: 'repository', where: place })),
    place,
  );
  const findings = [provenanceDigest, provenanceSignature, provenanceCoverage].flatMap((detector) =>
    detector.detect(artefact).map((detection) => findingOf(detector, detection, asWritten)),
  );
  const verdict = verdictOf(findings, [], true);
  const isWorse = verdictOrder.indexOf(verdict) < verdictOrder.indexOf(report.verdict) && verdict !== 'clean';
  return { ...report, findings: [...report.findings, ...findings], verdict: isWorse ? verdict : report.verdict };
}
