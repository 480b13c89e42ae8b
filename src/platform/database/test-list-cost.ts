/** What the lists of a slice cost when there are many rows: every filter of a page, its first page and the next. For benches. */
import { inDatabase, transaction } from './database.ts';
import { type TestDatabase, testDatabase } from './test-database.ts';

type Listing<Filter> = {
  readonly seed: (base: TestDatabase) => Promise<unknown>;
  readonly filters: (base: TestDatabase) => Promise<readonly Filter[]>;
  readonly read: (
    filter: Filter,
    paging: { readonly limit: number; readonly cursor?: string | undefined },
  ) => Promise<{ nextCursor: string | null }>;
};
/** What else the machine does is no property of a list: of so many readings of each question the least counts. */
const rounds = 8;

/** Writes the dearest three questions. @returns the least times' 95th percentile over all questions, in milliseconds */
export async function listCost<Filter>({ seed, filters, read }: Listing<Filter>): Promise<number> {
  const releases: (() => Promise<void>)[] = [];
  const base = await testDatabase({ after: (release) => releases.push(release) });
  try {
    await seed(base);
    const least = new Map<string, number>();
    const timed = async (name: string, filter: Filter, cursor?: string): Promise<string | null> => {
      const begun = performance.now();
      const { nextCursor } = await inDatabase(base.database, () =>
        transaction(base.context(), () => read(filter, { limit: 50, cursor }), { readOnly: true }),
      );
      least.set(name, Math.min(performance.now() - begun, least.get(name) ?? Number.POSITIVE_INFINITY));
      return nextCursor;
    };
    for (let round = 0; round < rounds; round += 1)
      for (const filter of await filters(base)) {
        const name = JSON.stringify(filter);
        const next = await timed(name, filter);
        if (next !== null) await timed(`${name} next`, filter, next);
      }
    const times = [...least].sort(([, left], [, right]) => left - right);
    for (const [name, ms] of times.slice(-3)) process.stdout.write(`  ${ms.toFixed(0)} ms: ${name}\n`);
    return times[Math.floor(times.length * 0.95)]?.[1] ?? Number.POSITIVE_INFINITY;
  } finally {
    for (const release of releases) await release();
  }
}
