/** Long lists of equal rows as few lines that open. Pure. */

/** Two lines are read faster than opened. */
const leastFolded = 3;

/** One row, or three and more that are alike. */
export type FoldedRows<Row> = { readonly first: Row; readonly rows: readonly Row[] };

/**
 * Gathers rows that are alike, wherever they stand, at the place of the first; fewer than three stay where they are.
 * @param alike the same text for rows that read the same; null: it stands by itself
 */
export function gatherAlike<Row>(rows: readonly Row[], alike: (row: Row) => string | null): FoldedRows<Row>[] {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = alike(row);
    if (key !== null) groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  const shown = new Set<string>();
  return rows.flatMap((row): FoldedRows<Row>[] => {
    const key = alike(row);
    const group = key === null ? [] : (groups.get(key) ?? []);
    if (key === null || group.length < leastFolded) return [{ first: row, rows: [row] }];
    if (shown.has(key)) return [];
    shown.add(key);
    return [{ first: row, rows: group }];
  });
}

/** Gathers only rows that follow each other, so that the order of everything stays: for what happened one after the other. */
export function gatherRuns<Row>(rows: readonly Row[], alike: (row: Row) => string | null): FoldedRows<Row>[] {
  const runs: { key: string | null; rows: Row[] }[] = [];
  for (const row of rows) {
    const key = alike(row);
    const last = runs.at(-1);
    if (last !== undefined && key !== null && last.key === key) last.rows.push(row);
    else runs.push({ key, rows: [row] });
  }
  return runs.flatMap(({ rows: run }): FoldedRows<Row>[] => {
    const [first] = run;
    if (first === undefined || run.length < leastFolded) return run.map((row) => ({ first: row, rows: [row] }));
    return [{ first, rows: run }];
  });
}

/**
 * Gives each follower to the latest event that came before it.
 * @param slackMs a follower may be dated by so much before its event, as when both were written in one transaction
 * @returns the followers of each event by its id, in the order given
 */
export function followersOf<Follower>(
  events: readonly { readonly id: string; readonly at: string }[],
  followers: readonly Follower[],
  { dateOf, slackMs }: { dateOf: (follower: Follower) => string; slackMs: number },
): ReadonlyMap<string, readonly Follower[]> {
  const latestFirst = events.toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at));
  const found = new Map<string, Follower[]>(events.map(({ id }) => [id, []]));
  for (const follower of followers) {
    const moment = Date.parse(dateOf(follower));
    const event = latestFirst.find(({ at }) => Date.parse(at) - slackMs <= moment);
    if (event !== undefined) found.get(event.id)?.push(follower);
  }
  return found;
}
