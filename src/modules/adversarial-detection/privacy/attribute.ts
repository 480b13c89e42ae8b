/** Attribute inference: for each attribute that must not be guessed, does the model's answer help to guess it? */
import { benjaminiHochberg } from '../../../math/multiple-testing.ts';
import { randomSource, sampleWithoutReplacement } from '../../../math/random.ts';
import { evaluated, type Judgement, notEvaluated } from '../screening/judgement.ts';
import { answerAdvice } from './advice.ts';
import type { Value } from './attribute-columns.ts';
import { type AttributeLeak, fewestRows, measureLeak } from './attribute-leak.ts';

export type AttributeQuestion = {
  readonly samples: readonly {
    readonly prediction: string | number;
    readonly confidence?: number | undefined;
    readonly trueLabel?: string | number | undefined;
    readonly knownAttributes: Readonly<Record<string, Value>>;
  }[];
  readonly targetAttributes: readonly string[];
  readonly targetRate: number;
  readonly seed: number;
};

/** Beyond so many rows a seeded sample is judged: the fits cost seconds, and the bounds are narrow already. */
export const mostRows = 20_000;
export const mostAttributes = 60;
/** Half of the bar of the severity table. */
const leastLeak = 0.1;

/** A threat is an attribute whose leak is beyond chance (Benjamini–Hochberg over the targets) and whose lower bound is worth acting on. */
export function judgeAttributes(question: AttributeQuestion): Judgement {
  const { samples, sampled } = bounded(question);
  const columns = columnsOf(samples.map(({ knownAttributes }) => knownAttributes));
  const found = question.targetAttributes.map((target) => ({ target, leak: leakOf(target, samples, { columns, seed: question.seed }) }));
  const measured = found.flatMap(({ target, leak }) => (typeof leak === 'string' ? [] : [{ target, leak }]));
  const adjusted = benjaminiHochberg(measured.map(({ leak }) => leak.p));
  const leaking = measured.filter(({ leak }, k) => (adjusted[k] as number) <= question.targetRate && leak.leakageLow > leastLeak);
  const note = sampled ? `a seeded sample of ${mostRows} of ${question.samples.length} rows` : null;
  const families = found.map(({ target, leak }) => familyOf(target, leak, { level: question.targetRate, note }));
  const unknown = found.filter(({ leak }) => typeof leak === 'string');
  const best = measured.toSorted((a, b) => a.leak.p - b.leak.p || b.leak.leakageLow - a.leak.leakageLow)[0];
  const lowest = leaking.length === 0 ? null : Math.max(...leaking.map(({ leak }) => leak.leakageLow));
  return {
    decision: leaking.length > 0 ? 'threat' : unknown.length > 0 ? 'insufficient-evidence' : 'no-threat',
    title: 'Answers of a model tell an attribute that should stay private',
    summary: summaryOf(leaking, measured.length, unknown.length),
    pValue: best?.leak.p ?? null,
    families,
    flagged: [],
    missingEvidence: unknown.map(({ target, leak }) => ({
      needed: `known values of ${target}: ${typeof leak === 'string' ? leak : ''}`,
      enables: `whether the model's answer tells ${target}`,
      howToSupply: `${target} in knownAttributes of at least ${fewestRows} samples`,
    })),
    evidence: { flagged: leaking.length > 0, leakageLower: lowest },
    evidenceFamilies: leaking.length,
  };
}

function bounded({ samples, seed }: AttributeQuestion): { samples: AttributeQuestion['samples']; sampled: boolean } {
  if (samples.length <= mostRows) return { samples, sampled: false };
  const chosen = sampleWithoutReplacement(samples.length, mostRows, randomSource(seed));
  return { samples: [...chosen].flatMap((row) => samples[row] ?? []), sampled: true };
}

/** Names are an attacker's: they are kept in a map. */
function columnsOf(rows: readonly Readonly<Record<string, Value>>[]): ReadonlyMap<string, readonly Value[]> {
  const given = rows.map((row) => new Map(Object.entries(row)));
  const names = new Set(given.flatMap((row) => [...row.keys()]));
  return new Map([...names].toSorted().map((name) => [name, given.map((row) => row.get(name) ?? null)]));
}

type Table = { readonly columns: ReadonlyMap<string, readonly Value[]>; readonly seed: number };

function leakOf(target: string, samples: AttributeQuestion['samples'], { columns, seed }: Table): AttributeLeak | string {
  const values = columns.get(target);
  if (values === undefined) return 'no sample knows it';
  const others = [...columns].filter(([name]) => name !== target).slice(0, mostAttributes);
  return measureLeak({
    target: values,
    others: new Map(others),
    prediction: samples.map(({ prediction }) => prediction),
    confidence: samples.map(({ confidence }) => confidence ?? null),
    trueLabel: samples.map(({ trueLabel }) => trueLabel ?? null),
    seed,
  });
}

const method = 'out-of-fold logistic model of the attribute without and with the prediction';

function familyOf(
  target: string,
  leak: AttributeLeak | string,
  { level, note }: { level: number; note: string | null },
): Judgement['families'][number] {
  if (typeof leak === 'string') return notEvaluated(`attribute:${target}`, method, leak);
  const statistic = {
    rows: leak.rows,
    levels: leak.levels,
    leakage: leak.leakage,
    leakageLow: leak.leakageLow,
    leakageHigh: leak.leakageHigh,
    aucWithoutPrediction: leak.aucWithout,
    aucWithPrediction: leak.aucWith,
    informationNats: leak.information,
    informationP: leak.informationP,
    importanceForPrediction: leak.importance,
  };
  const proxies = leak.proxies.map(({ attribute, information }) => `${attribute} (${Number(information.toPrecision(2))} nats)`).join(', ');
  const said = [
    leak.isConditional ? null : 'information is unconditional: not every sample has its true label',
    proxies === '' ? null : `strongest proxies: ${proxies}`,
    note,
  ].filter((part) => part !== null);
  return evaluated(`attribute:${target}`, method, {
    statistic,
    pValue: leak.p,
    flaggedCount: Number(leak.p <= level),
    reason: said.length === 0 ? null : said.join('; ').slice(0, 1000),
  });
}

function summaryOf(leaking: readonly { target: string; leak: AttributeLeak }[], measured: number, unknown: number): string {
  const percent = (share: number): string => `${Number((100 * share).toPrecision(3))} %`;
  if (leaking.length > 0) {
    const said = leaking
      .slice(0, 3)
      .map(
        ({ target, leak }) =>
          `${target.slice(0, 80)}: the answer removes ${percent(leak.leakage)} of the doubt (at least ${percent(leak.leakageLow)})`,
      );
    return `${said.join('; ')}. ${answerAdvice}`;
  }
  if (unknown > 0) return `${unknown} of ${measured + unknown} attributes could not be judged; nothing was found in the others.`;
  return `The answers tell nothing worth acting on about ${measured} attributes.`;
}
