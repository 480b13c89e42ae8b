/** Discovery: one walk, one reader per kind, then everything found is related into hits. Pure over a tree. */
import type { Hit, WalkProgress, WalkSummary } from './contract.ts';
import { type Evidence, emptyEvidence } from './evidence/evidence.ts';
import { isInert, readEvidence } from './evidence/read-evidence.ts';
import { relate } from './relations/relate.ts';
import { OpenedFile, type ReadBudget, ReadBudgetSpent } from './tree/opened-file.ts';
import { parentOf } from './tree/path-key.ts';
import type { Tree } from './tree/tree.ts';
import { defaultWalkLimits, SkipLog, type WalkedFile, type WalkLimits, walk } from './tree/walk.ts';

export type Discovery = { readonly summary: WalkSummary; readonly hits: Hit[] };
export type DiscoverOptions = { readonly limits?: Partial<WalkLimits>; readonly onProgress?: (progress: WalkProgress) => void };

/**
 * Finds what a folder holds and uses of AI.
 *
 * @param tree    the folder; its root is an absolute path, which the natural keys begin with.
 * @param options limits (files, depth, milliseconds, bytes) and a progress callback, called at most about every 250 files.
 * @returns hits in stable order and what was walked. `complete` is false when anything that could hold hits was not reached.
 * Never throws for what the tree holds: a reader that fails on a file is listed in `skipped`.
 * Pure apart from the clock; O(bytes read) time, O(hits) memory. Twice over the same tree it answers the same, but `durationMs`.
 */
export function discover(tree: Tree, options: DiscoverOptions = {}): Discovery {
  const startedAt = performance.now();
  const limits = { ...defaultWalkLimits, ...options.limits };
  const budget: ReadBudget = { read: 0, most: limits.readBytes };
  const skips = new SkipLog();
  const evidence = emptyEvidence(tree.root);
  let seen = 0;
  const counted = walk(tree, limits, skips, (file) => {
    seen += 1;
    evidence.paths.add(file.path);
    noteFolders(evidence.folders, file.folder);
    if (seen % 250 === 0)
      options.onProgress?.({ files: seen, filesTotal: null, bytesRead: budget.read, hits: countOf(evidence), current: file.path });
    if (performance.now() - startedAt > limits.wallMs) {
      skips.add(file.path, 'time');
      return false;
    }
    return readOne(tree, file, { evidence, budget, skips, textBytes: limits.textBytes });
  });
  const { hits, full } = relate(evidence, limits.hits);
  if (full) skips.add('', 'hits');
  options.onProgress?.({ files: seen, filesTotal: seen, bytesRead: budget.read, hits: hits.length, current: null });
  return {
    hits,
    summary: {
      root: tree.root,
      ...counted,
      bytesRead: budget.read,
      durationMs: performance.now() - startedAt,
      complete: !skips.incomplete,
      hitCount: hits.length,
      skipped: skips.list(),
    },
  };
}

function noteFolders(folders: Set<string>, folder: string): void {
  for (let at = folder; !folders.has(at); at = parentOf(at)) folders.add(at);
}

type Walking = { readonly evidence: Evidence; readonly budget: ReadBudget; readonly skips: SkipLog; readonly textBytes: number };

/** @returns false when the walk has read all it may. */
function readOne(tree: Tree, walked: WalkedFile, { evidence, budget, skips, textBytes }: Walking): boolean {
  if (isInert(walked)) return true;
  let file: OpenedFile | undefined;
  try {
    file = new OpenedFile(tree, walked, budget, textBytes);
    readEvidence(file, evidence);
    return true;
  } catch (error) {
    if (error instanceof ReadBudgetSpent) {
      skips.add(walked.path, 'files');
      return false;
    }
    skips.add(walked.path, reasonOf(error));
    return true;
  } finally {
    file?.close();
  }
}

function reasonOf(error: unknown): 'permission' | 'outside-link' | 'not-a-regular-file' | 'reader-failed' {
  const code: unknown = typeof error === 'object' && error !== null && 'code' in error ? error.code : null;
  if (code === 'EOUTSIDE' || code === 'ELOOP') return 'outside-link';
  if (code === 'ENOTFILE' || code === 'ENXIO' || code === 'EISDIR') return 'not-a-regular-file';
  return code === 'EACCES' || code === 'EPERM' || code === 'ENOENT' ? 'permission' : 'reader-failed';
}

function countOf(evidence: Evidence): number {
  return evidence.artefacts.length + evidence.code.length + evidence.mcp.length + evidence.requirements.length;
}
