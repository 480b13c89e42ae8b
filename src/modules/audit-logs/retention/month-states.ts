/** Where each month of the running workspace's log lies, newest first, and what keeps it in the database. */
import { MonthState } from './keeping-contract.ts';
import { type ColdRow, rangeOfMonth, readColdMonths, readMonths, reasonToKeep } from './retention-store.ts';

const Kept = MonthState.shape.kept;
/** A hundred years. */
const mostMonths = 1200;

export async function monthStates(today: string = new Date().toISOString().slice(0, 7)): Promise<MonthState[]> {
  const cold = new Map((await readColdMonths()).map((row) => [row.month.slice(0, 7), row]));
  const states: MonthState[] = [];
  for (const { month, attached } of (await readMonths()).slice(-mostMonths)) {
    const row = cold.get(month);
    cold.delete(month);
    // Months that lie ahead are made early; they hold nothing yet.
    if (!attached || month > today) continue;
    states.push({ ...(await stateOf(month, row)), state: month === today ? 'open' : row === undefined ? 'closed' : 'cold' });
  }
  for (const row of cold.values())
    if (row.droppedAt !== null) states.push({ ...factsOf(row.month.slice(0, 7), row), state: 'dropped', kept: null });
  return states.toSorted((left, right) => right.month.localeCompare(left.month));
}

async function stateOf(month: string, row: ColdRow | undefined): Promise<Omit<MonthState, 'state'>> {
  const facts = factsOf(month, row);
  const range = row === undefined ? await rangeOfMonth(month) : null;
  const reason = Kept.safeParse(await reasonToKeep(month));
  return { ...facts, entries: range === null ? facts.entries : range.end - range.first, kept: reason.success ? reason.data : null };
}

function factsOf(month: string, row: ColdRow | undefined): Omit<MonthState, 'state' | 'kept'> {
  return {
    month,
    entries: row === undefined ? 0 : row.endIndex - row.firstIndex,
    folder: row?.folder ?? null,
    sha256: row?.sha256.toString('hex') ?? null,
    verifiedAt: row?.verifiedAt.toISOString() ?? null,
    droppedAt: row?.droppedAt?.toISOString() ?? null,
  };
}
