/** What a scan looked at: only what was looked at again and not seen is gone. */
import type { Verdict } from '../../../contract/severity.ts';

export type CoveredFile = {
  readonly path: string;
  readonly verdict: Verdict | null;
  readonly unread: number;
  readonly assetId: string | null;
};
export type ScanScope = {
  /** Absolute path that was scanned, a file or a folder. */
  readonly root: string;
  /** Things the whole scan could not read, those of listed files included. */
  readonly unreadInAll: number;
};
export type Coverage = {
  readonly root: string;
  readonly read: ReadonlySet<string>;
  readonly notRead: ReadonlySet<string>;
  /** Every unread thing belongs to a listed file: what is not listed was looked for and is not there. */
  readonly complete: boolean;
  /** Assets whose every listed file was read to the end. */
  readonly assessed: readonly string[];
};

/** `/models` and `a/b.pkl` → `/models/a/b.pkl`; '' is the scanned file itself. */
export function absolutePath(root: string, path: string): string {
  if (path === '') return root;
  return root.endsWith('/') ? `${root}${path}` : `${root}/${path}`;
}

const judged: ReadonlySet<Verdict | null> = new Set(['malicious', 'suspicious', 'risky', 'clean'] as const);

/**
 * @param files of the scan, paths relative to the root. A verdict of null means nothing in it is an AI artefact: it was
 *   looked at, but says nothing about an asset.
 * Pure; O(files).
 */
export function coverageOf({ root, unreadInAll }: ScanScope, files: Iterable<CoveredFile>): Coverage {
  const read = new Set<string>();
  const notRead = new Set<string>();
  const assets = new Map<string, boolean>();
  let unreadInFiles = 0;
  for (const { path, verdict, unread, assetId } of files) {
    unreadInFiles += unread;
    const whole = unread === 0 && (verdict === null || judged.has(verdict));
    (whole ? read : notRead).add(absolutePath(root, path));
    if (assetId !== null && verdict !== null) assets.set(assetId, (assets.get(assetId) ?? true) && whole);
  }
  return {
    root,
    read,
    notRead,
    complete: unreadInFiles === unreadInAll,
    assessed: [...assets].flatMap(([assetId, whole]) => (whole ? [assetId] : [])),
  };
}

/** Did the scan look at the place of a finding, to the end? Pure; O(1). */
export function lookedAt({ root, read, notRead, complete }: Coverage, path: string): boolean {
  if (read.has(path)) return true;
  if (notRead.has(path)) return false;
  const inside = path === root || path.startsWith(root.endsWith('/') ? root : `${root}/`);
  return inside && complete;
}
