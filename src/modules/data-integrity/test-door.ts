/** For tests: a data door that answers what the test says, in the shape of the real one. Nothing is computed. */
import type { OutputOf } from '../../contract/endpoint.ts';
import { currentContext } from '../../platform/ambient.ts';
import { handle, type Route } from '../../platform/http/handle.ts';
import {
  checkAnomalies,
  checkBaseline,
  checkDrift,
  checkGroups,
  checkPoisoning,
  checkProgress,
  checkQuality,
  checkSuggest,
  dataProblems,
} from '../data-quality/contract.ts';

type QualityAnswer = OutputOf<typeof checkQuality>;
type DriftAnswer = OutputOf<typeof checkDrift>;
type ColumnDrift = DriftAnswer['columns'][number];

export class TestDoor {
  score: number | null = 0.95;
  /** Columns that drifted, beside c0 to c9. */
  drifted: string[] = [];
  /** Thrown instead of an answer, once each. */
  readonly failures: Error[] = [];
  /** Waits for it before it answers. */
  gate: Promise<void> | null = null;
  /** What it says while it works. */
  progress: OutputOf<typeof checkProgress> = { stage: 'unknown', rows: null };
  /** Checks that were called off while they waited. */
  calledOff = 0;
  asked: { path: string; input: unknown }[] = [];
  poisoning: OutputOf<typeof checkPoisoning>['verdict'] = 'clean';
  groups: Omit<OutputOf<typeof checkGroups>, 'ingest' | 'reference'> = noGroups;
  refusedGroups: Error | null = null;
  profile: QualityAnswer['columns'] = [textColumn('city', [{ value: 'Oslo 17', count: 3 }])];

  get routes(): readonly Route[] {
    return [
      handle(checkQuality, async (input) => {
        await this.#answer('/check/quality', input);
        const cells = input.failing?.reveal === true ? ['Oslo'] : ['Aaaa'];
        const page = { rule: 0, offset: 0, total: 1, columns: ['city'], masked: input.failing?.reveal !== true, rows: [{ row: 3, cells }] };
        return { ...this.#quality(input.rules.length), failing: input.failing === undefined ? null : page };
      }),
      handle(checkDrift, async (input) => {
        await this.#answer('/check/drift', input);
        return this.#drift();
      }),
      handle(checkAnomalies, async (input) => {
        await this.#answer('/check/anomalies', input);
        throw dataProblems.noColumns({ reason: 'no column holds numbers' });
      }),
      handle(checkBaseline, async (input) => {
        await this.#answer('/check/baseline', input);
        const kept = { engine: 'test', seed: input.seed, rows: ingest.rows, ingest, columns: [], correlations: null };
        return { kind: 'data-quality-baseline' as const, version: 1 as const, ...kept };
      }),
      handle(checkPoisoning, async (input) => {
        await this.#answer('/check/poisoning', input);
        const flagged = [{ row: 4, label: 'spam', p: 1e-6, families: [{ family: 'label-quality' as const, p: 1e-6 }] }];
        return {
          ingest,
          verdict: this.poisoning,
          reason: 'One label in ten contradicts its neighbours.',
          confidence: 0.99,
          decidedBy: ['label-quality' as const],
          classes: [{ label: 'spam', rows: 5 }],
          flaggedCount: 1,
          flagged,
          rowP: [1],
          families: [],
          notRun: [],
          seed: 1,
        };
      }),
      handle(checkGroups, async (input) => {
        await this.#answer('/check/groups', input);
        if (this.refusedGroups !== null) throw this.refusedGroups;
        return { ingest, reference: input.reference === undefined ? null : ingest, ...this.groups };
      }),
      handle(checkProgress, () => this.progress),
      handle(checkSuggest, async (input) => {
        await this.#answer('/check/suggest', input);
        return { ingest, suggestions: [], leftOut: ['The table has 4 rows.'] };
      }),
    ];
  }

  async #answer(path: string, input: unknown): Promise<void> {
    this.asked.push({ path, input });
    await this.#opened();
    const failure = this.failures.shift();
    if (failure !== undefined) throw failure;
  }

  /** As the real one: what nobody waits for any longer is not worked on. */
  async #opened(): Promise<void> {
    const { gate } = this;
    if (gate === null) return;
    const off = Promise.withResolvers<never>();
    const stop = (): void => {
      this.calledOff += 1;
      off.reject(dataProblems.stopped());
    };
    const signal = currentContext()?.signal;
    signal?.addEventListener('abort', stop, { once: true });
    try {
      await Promise.race([gate, off.promise]);
    } finally {
      signal?.removeEventListener('abort', stop);
    }
  }

  #quality(rules: number): QualityAnswer {
    const unknown = { value: null, reason: 'nothing was said about it', numerator: 0, denominator: 0, failures: [] };
    const completeness = { value: this.score, reason: null, numerator: 95, denominator: 100, failures: [] };
    return {
      ingest,
      columns: this.profile,
      metrics: { completeness, accuracy: unknown, consistency: unknown, validity: unknown, uniqueness: unknown, freshness: unknown },
      score: this.score,
      unknownMetrics: ['accuracy', 'consistency', 'validity', 'uniqueness', 'freshness'],
      rules: Array.from({ length: rules }, (_, place) => ({
        place,
        id: null,
        kind: 'range',
        says: 'x at least 0',
        severity: null,
        owner: null,
        scope: null,
        columns: ['x'],
        verdict: 'passed' as const,
        reason: null,
        observed: null,
        count: 0,
        of: 10,
        rows: [],
      })),
      failing: null,
      nearDuplicates: null,
    };
  }

  #drift(): DriftAnswer {
    const names = [...new Set(['c0', 'c1', 'c2', 'c3', 'c4', 'c5', 'c6', 'c7', 'c8', 'c9', ...this.drifted])];
    return {
      reference: ingest,
      current: ingest,
      verdict: this.drifted.length > 0 ? 'drift' : 'stable',
      driftedColumns: this.drifted.length,
      comparedColumns: names.length,
      share: this.drifted.length / names.length,
      columns: names.map((name) => driftOf(name, this.drifted.includes(name))),
      pairs: [],
      rows: null,
      newColumns: [],
      seed: 1,
    };
  }
}

export function textColumn(name: string, top: { value: string; count: number }[]): QualityAnswer['columns'][number] {
  const text = { distinct: top.length, shortest: 1, longest: 9, top };
  return { name, type: 'text', rows: 10, missing: 0, missingWithPlaceholders: 0, unparsed: 0, numbers: null, text };
}

function driftOf(name: string, isDrift: boolean): ColumnDrift {
  const flag = { effect: 'ks' as const, value: 0.1, floor: 0.02, adjustedP: 1e-9 };
  return {
    name,
    verdict: isDrift ? 'drift' : 'stable',
    reason: null,
    strength: isDrift ? 5 : null,
    severity: isDrift ? 'high' : null,
    flags: isDrift ? [flag] : [],
    missing: { reference: 0, current: 0, p: 1, adjustedP: 1 },
    adjustedP: isDrift ? 1e-9 : 1,
    statistics: null,
  };
}

const ingest: DriftAnswer['current'] = {
  name: 'data.csv',
  format: 'csv',
  compression: null,
  sha256: 'a'.repeat(64),
  encoding: 'utf-8',
  dialect: { delimiter: ',', header: true, newline: 'LF' },
  rows: 10,
  columns: 1,
  badCount: 1,
  badRows: [{ line: 3, reason: 'too many cells', text: 'Oslo,17,Smith' }],
  renamed: [],
  warnings: [],
};

const noGroups: TestDoor['groups'] = {
  column: 'city',
  groups: [],
  groupsInAll: 0,
  rowsLeftOut: 0,
  missingRows: 0,
  newGroups: [],
  vanishedGroups: [],
  rulesLeftOut: 0,
  tests: 0,
  driftTests: 0,
  driftUnknown: null,
  sensitivity: 'medium',
  seed: 1,
  method: 'as a test says',
};
