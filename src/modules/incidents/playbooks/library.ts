/** The playbooks of a workspace: those shipped in the catalog, changed or switched off here, and its own. */
import { stringify } from 'yaml';
import { CatalogError, loadCatalogFolder } from '../../../platform/catalog.ts';
import { Playbook, type PlaybookRow, playbookProblems as problems } from '../contract.ts';
import type { PlaybookTableRow } from '../table.ts';
import { checkText, judge } from './playbook.ts';
import { countRuns, listPlaybookRows } from './playbook-store.ts';

let judged = false;
/** @throws CatalogError naming the file: a broken catalog ends the start */
export function shippedPlaybooks(): ReadonlyMap<string, Playbook> {
  const shipped = loadCatalogFolder('playbooks', Playbook);
  if (judged) return shipped;
  for (const [name, playbook] of shipped) {
    const [issue] = judge(playbook);
    if (issue !== undefined) throw new CatalogError(`The playbook ${name}, ${issue.path.join('.')}: ${issue.message}`);
    if (playbook.id !== name) throw new CatalogError(`The playbook ${name} says that its id is ${playbook.id}.`);
  }
  judged = true;
  return shipped;
}

export type Kept = { readonly key: string; readonly playbook: Playbook; readonly text: string; readonly row: PlaybookTableRow | null };

/** Every playbook as it is in force here. A text that no longer fits (an action was taken away) is left out of what runs. */
export async function playbooksHere(): Promise<Kept[]> {
  const shipped = shippedPlaybooks();
  const rows = new Map((await listPlaybookRows()).map((row) => [row.key, row]));
  const keys = [...new Set([...shipped.keys(), ...rows.keys()])].sort();
  return keys.flatMap((key) => {
    const row = rows.get(key) ?? null;
    const own = row?.text == null ? null : checkText(row.text).playbook;
    const playbook = row?.text == null ? shipped.get(key) : own;
    return playbook === undefined || playbook === null ? [] : [{ key, playbook, text: row?.text ?? stringify(playbook), row }];
  });
}

/** @throws incidents.playbookNotFound */
export async function playbookHere(key: string): Promise<Kept> {
  const found = (await playbooksHere()).find((one) => one.key === key);
  if (found === undefined) throw problems.playbookNotFound({ key });
  return found;
}

export async function toRows(kept: readonly Kept[]): Promise<PlaybookRow[]> {
  const runs = await countRuns();
  const shipped = shippedPlaybooks();
  return kept.map(({ key, playbook, row }) => ({
    key,
    title: playbook.title,
    says: playbook.says,
    origin: !shipped.has(key) ? ('workspace' as const) : row?.text == null ? ('shipped' as const) : ('changed' as const),
    enabled: row?.enabled ?? true,
    steps: playbook.steps.length,
    runs: runs.get(key)?.runs ?? 0,
    lastRunAt: runs.get(key)?.lastRunAt ?? null,
    version: row?.version ?? 0,
  }));
}

export async function detailOf(key: string) {
  const kept = await playbookHere(key);
  const [row] = await toRows([kept]);
  if (row === undefined) throw problems.playbookNotFound({ key });
  const shipped = shippedPlaybooks().get(key);
  return { ...row, text: kept.text, shippedText: shipped === undefined ? null : stringify(shipped) };
}
