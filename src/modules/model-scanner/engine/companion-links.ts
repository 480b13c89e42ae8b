/** Files that a model names as its values: what stands at that name beside it, as far as the file system says. */
import { lstatSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import type { Artefact, ExternalPathFact, UnreadFact } from './artefact.ts';
import { broken } from './reader.ts';

const mostCompanions = 1000;
const mostEntries = 20_000;

/**
 * Adds what reading an artefact alone cannot show: that a named file is a link out of the folder, has a second name elsewhere, or is too short.
 *
 * A link is ordinary when it stays in the folder, or ends in the folder the model itself lies in (as in the cache of a hub, whose names all are
 * links into one store). A second name is ordinary when the model itself has one too, or when all names stand in the folder.
 *
 * @param folder where the model was met; `own` the model's own file, every link resolved.
 * @source CVE-2026-27489 (links), CVE-2026-34446 (second names).
 * Never throws: what is not there or may not be looked at is left out.
 */
export function withCompanions(artefact: Artefact, { folder, own }: { readonly folder: string; readonly own: string }): Artefact {
  const named = new Map<string, ExternalPathFact>();
  for (const fact of artefact.externalPaths) {
    const isCompanion = !fact.leavesFolder && (fact.purpose === 'tensor-data' || fact.purpose === 'external-storage');
    if (isCompanion && named.size < mostCompanions && (named.get(fact.text)?.reaches ?? -1) < (fact.reaches ?? 0))
      named.set(fact.text, fact);
  }
  if (named.size === 0) return artefact;
  const found: ExternalPathFact[] = [];
  const anomalies = [...artefact.anomalies];
  const unread: UnreadFact[] = [...artefact.unread];
  for (const fact of named.values()) {
    const path = join(folder, fact.text);
    const link = attempt(() => linkOf(path, folder, own));
    if (link) found.push({ ...fact, ...link, leavesFolder: true, effect: 'fs-read' });
    const size = attempt(() => statSync(path).size);
    if (size === null || fact.reaches === undefined || fact.reaches <= size) continue;
    const detail = `Values are to be read up to byte ${fact.reaches} of ${fact.text.slice(0, 200)}, which has ${size}.`;
    anomalies.push(broken('external-data-cut', detail, fact.where));
    unread.push({ reason: 'truncated', detail, where: fact.where });
  }
  return { ...artefact, externalPaths: [...artefact.externalPaths, ...found], anomalies, unread };
}

function linkOf(path: string, folder: string, own: string): Pick<ExternalPathFact, 'text' | 'purpose'> | null {
  const real = realpathSync(path);
  const realFolder = realpathSync(folder);
  const inside = real.startsWith(realFolder.endsWith(sep) ? realFolder : realFolder + sep);
  if (!inside)
    return dirname(real) === dirname(own)
      ? null
      : { text: `${path.slice(folder.length + 1)} → ${real}`.slice(0, 1000), purpose: 'symbolic-link' };
  const { nlink, ino, isFile } = statusOf(real);
  if (!isFile || nlink < 2 || statusOf(own).nlink > 1 || namesIn(dirname(real), ino) >= nlink) return null;
  return { text: path.slice(folder.length + 1).slice(0, 1000), purpose: 'hard-link' };
}

function statusOf(path: string): { readonly nlink: number; readonly ino: number; readonly isFile: boolean } {
  const stat = lstatSync(path);
  return { nlink: stat.nlink, ino: stat.ino, isFile: stat.isFile() };
}

/** How many names of one file stand in a folder. */
function namesIn(folder: string, ino: number): number {
  const names = readdirSync(folder).slice(0, mostEntries);
  return names.filter((name) => attempt(() => lstatSync(join(folder, name)).ino === ino) === true).length;
}

/** Files that are missing, or may not be looked at, say nothing. */
function attempt<T>(look: () => T): T | null {
  try {
    return look();
  } catch (error) {
    if (error instanceof Error && 'code' in error) return null;
    throw error;
  }
}
