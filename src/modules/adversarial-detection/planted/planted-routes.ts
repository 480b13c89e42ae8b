/** The product door of the planted test. */

import { isProblem } from '../../../contract/problem.ts';
import { binomialTail } from '../../../math/counting-tails.ts';
import { transaction } from '../../../platform/database/database.ts';
import { call } from '../../../platform/http/call.ts';
import { handle, type RequestContext, type Route } from '../../../platform/http/handle.ts';
import { checkPoisoning } from '../../data-quality/contract.ts';
import { testChecks } from '../../federated-learning/contract.ts';
import { detectionProblems, type Kind, kinds } from '../contract.ts';
import { unpackSource } from '../evasion/pack-profile.ts';
import { findSource } from '../profiles/profile-store.ts';
import { plant } from '../screening/analysis-pool.ts';
import type { LabelledRows } from './plant-evasion.ts';
import { countTables, plantedTable } from './plant-poisoning.ts';
import { type PlantedResult, testDetectors } from './planted-contract.ts';
import type { PlantedCount } from './planted-count.ts';

type Asked = { readonly seed: number; readonly rows: LabelledRows | null; readonly context: RequestContext };

const tests: Readonly<Record<Kind, (asked: Asked) => Promise<PlantedCount>>> = {
  'data-poisoning': async ({ seed }) => {
    const attacked = plantedTable(seed, true);
    const answer = await call(checkPoisoning, attacked.check);
    return countTables(answer, await call(checkPoisoning, plantedTable(seed, false).check), attacked.planted);
  },
  'model-evasion': ({ seed, rows, context }) => plant({ kind: 'plant-evasion', seed, rows }, context.signal),
  'membership-inference': ({ seed, context }) => plant({ kind: 'plant-membership', seed }, context.signal),
  'attribute-inference': ({ seed, context }) => plant({ kind: 'plant-attributes', seed }, context.signal),
  extraction: ({ seed, context }) => plant({ kind: 'plant-streams', seed }, context.signal),
  'federated-update': ({ seed }) => call(testChecks, { seed }),
};

const nothing: PlantedCount = { planted: 0, found: 0, missed: [], cleanRows: 0, falseFlags: 0 };

/** A service that is away or busy skips its kind, with the reason; anything else is a defect and is not hidden. */
async function run(kind: Kind, asked: Asked): Promise<PlantedResult> {
  const begun = performance.now();
  const done = (count: PlantedCount, skipped: string | null): PlantedResult => ({
    kind,
    ...count,
    skipped,
    durationMs: performance.now() - begun,
  });
  try {
    return done(await tests[kind](asked), null);
  } catch (error) {
    if (isProblem(error) && error.status >= 500 && error.status !== 500) return done(nothing, error.message);
    throw error;
  }
}

const leastFound = 0.9;
const asks = 0.01;

/** Nine of ten attacks, and false flags within what the asked 1 % explains (binomial, 99.9 %). */
function isPassed({ planted, found, cleanRows, falseFlags, skipped }: PlantedResult): boolean {
  if (skipped !== null) return true;
  return found >= leastFound * planted && (falseFlags === 0 || binomialTail(falseFlags, cleanRows, asks) > 0.001);
}

export const plantedRoutes: readonly Route[] = [
  handle(
    testDetectors,
    async ({ kinds: asked = [...kinds], profileId, seed }, context) => {
      const rows = profileId === undefined ? null : await transaction(context, () => rowsOf(profileId), { readOnly: true });
      const results: PlantedResult[] = [];
      // One after the other: the test must not push live work aside.
      for (const kind of new Set(asked)) results.push(await run(kind, { seed, rows, context }));
      return { seed, results, passed: results.some(({ skipped }) => skipped === null) && results.every(isPassed) };
    },
    { transaction: 'none' },
  ),
];

async function rowsOf(profileId: string): Promise<LabelledRows> {
  const bytes = await findSource(profileId);
  if (bytes === null) throw detectionProblems.profileNotFound({ id: profileId });
  const { values, dimensions, labels } = unpackSource(bytes).source;
  return { values, dimensions, labels };
}
