/** From the body of this slice to the question of data quality's poisoning check, and back. */

import type { InputOf, OutputOf } from '../../../contract/endpoint.ts';
import { benjaminiHochberg } from '../../../math/multiple-testing.ts';
import type { checkPoisoning } from '../../data-quality/contract.ts';
import { evaluated, type Judgement, notEvaluated } from '../screening/judgement.ts';
import type { DatasetReference, GivenQuestion, PoisoningQuestion } from './poisoning-contract.ts';
import { howToSupply } from './supply-words.ts';

type Check = InputOf<typeof checkPoisoning>;
export type PoisoningAnswer = OutputOf<typeof checkPoisoning>;

/** A feature may have the name of one of our columns: ours then gives way. */
function unusedName(name: string, taken: readonly string[]): string {
  return taken.includes(name) ? unusedName(`${name} of the sample`, taken) : name;
}

/** Features become the columns that were named, else x1 … xd; times become milliseconds; gradients go along when every sample has one of the same length. */
export function toCheck({ samples, modelPredictions, columns }: GivenQuestion, seed: number): Check {
  const named = columns ?? (samples[0]?.features ?? []).map((_, d) => `x${d + 1}`);
  const labelColumn = unusedName('label', named);
  const splitColumn = unusedName('split', named);
  const orderColumn = unusedName('observedAt', named);
  const features = named.map((name, d) => ({
    name,
    values: samples.map((sample) => sample.features[d] ?? null),
  }));
  const hasSplit = samples.some(({ split }) => split !== undefined);
  const hasOrder = samples.some(({ observedAt }) => observedAt !== undefined);
  const length = samples[0]?.gradient?.length;
  const gradients =
    length !== undefined && samples.every(({ gradient }) => gradient?.length === length)
      ? samples.map(({ gradient }) => gradient ?? [])
      : undefined;
  return {
    data: {
      columns: [
        ...features,
        { name: labelColumn, values: samples.map(({ label }) => String(label)) },
        ...(hasSplit ? [{ name: splitColumn, values: samples.map(({ split }) => split ?? null) }] : []),
        ...(hasOrder
          ? [{ name: orderColumn, values: samples.map(({ observedAt }) => (observedAt === undefined ? null : Date.parse(observedAt))) }]
          : []),
      ],
    },
    label: labelColumn,
    ...(hasSplit ? { split: splitColumn } : {}),
    ...(hasOrder ? { order: orderColumn } : {}),
    ...(gradients === undefined ? {} : { gradients }),
    ...predictionsOf(modelPredictions),
    seed,
  };
}

function predictionsOf(given: PoisoningQuestion['modelPredictions']): Pick<Check, 'modelPredictions'> {
  if (given === undefined) return {};
  return { modelPredictions: given.map(({ modelId, predictions }) => ({ model: modelId, labels: predictions.map(String) })) };
}

type Reference = Pick<PoisoningQuestion, 'modelPredictions'> & { readonly datasetRef: DatasetReference };
/** @param path where the data set lies; the door confines it again */
export function toCheckOfFile({ datasetRef, modelPredictions }: Reference, path: string, seed: number): Check {
  const { label, columns, split, order } = datasetRef;
  return {
    data: { path },
    label,
    ...(columns === undefined ? {} : { columns }),
    ...(split === undefined ? {} : { split }),
    ...(order === undefined ? {} : { order }),
    ...predictionsOf(modelPredictions),
    seed,
  };
}

/** The rows that were judged. */
export type JudgedRows = {
  readonly count: number;
  readonly idOf: (row: number) => string;
  /** They came with the question. Cells of a data set that was read are kept nowhere, because more people read detections than data. */
  readonly areGiven: boolean;
};

/** Of the samples; null: of a file, which the door counted. */
export function judgedRows({ samples }: PoisoningQuestion, counted: number): JudgedRows {
  if (samples === undefined) return { count: counted, idOf: (row) => `row ${row + 1}`, areGiven: false };
  return { count: samples.length, idOf: (row) => samples[row]?.id ?? String(row), areGiven: true };
}

/** Families without which nothing is called clean. @source threat-detection practice: label, statistical and trigger evidence. */
const neededForClean: readonly string[] = ['label-quality', 'statistical', 'trigger-search'];
/** A pattern is proven from here on. */
const provenP = 1e-4;
const strongFamilies: readonly string[] = ['label-quality', 'spectral-signature', 'gradient-anomaly'];
const weakFamilies: readonly string[] = ['duplicate-flood', 'statistical'];

export type Around = {
  readonly rows: JudgedRows;
  /** null: nobody knows what was trained on it. */
  readonly productionDescendant: boolean | null;
};

/** `poisoned` and `suspicious` are threats; `clean` is only said when the three families that can say it were evaluated. */
export function toJudgement(answer: PoisoningAnswer, question: PoisoningQuestion, { rows, productionDescendant }: Around): Judgement {
  const { verdict, families, notRun, reason, confidence, decidedBy } = answer;
  const decision = decisionOf(answer);
  const shareOf = (names: readonly string[]): number =>
    Math.max(0, ...families.filter(({ family }) => names.includes(family)).map(({ flaggedCount }) => flaggedCount)) / rows.count;
  const trigger = families.some(
    ({ family, findings }) => family === 'trigger-search' && findings.some(({ counts, adjustedP }) => counts && adjustedP <= provenP),
  );
  const isThreat = decision === 'threat';
  return {
    decision,
    title: `Training data was tampered with: ${question.datasetId}`,
    summary: summaryOf(decision, reason),
    pValue: isThreat && confidence !== null ? 1 - confidence : null,
    families: [
      ...families.map((family) => familyOf(family, rows.areGiven)),
      ...notRun.map(({ family, reason: why }) => notEvaluated(family, family, why)),
    ],
    flagged: isThreat ? flaggedOf(answer, rows) : [],
    missingEvidence: missingOf(answer, question),
    evidence: {
      poisoned: verdict === 'poisoned',
      triggerProven: isThreat && trigger,
      strongRowShare: shareOf(strongFamilies),
      weakRowShare: shareOf(weakFamilies),
      distributionChanged: verdict === 'suspicious',
      productionDescendant,
    },
    evidenceFamilies: decidedBy.length,
  };
}

export function decisionOf({ verdict, notRun }: Pick<PoisoningAnswer, 'verdict' | 'notRun'>): Judgement['decision'] {
  if (verdict === 'poisoned' || verdict === 'suspicious') return 'threat';
  if (verdict === 'unknown') return 'insufficient-evidence';
  return notRun.some(({ family }) => neededForClean.includes(family)) ? 'insufficient-evidence' : 'no-threat';
}

function summaryOf(decision: Judgement['decision'], reason: string): string {
  if (decision === 'no-threat') return 'Labels, columns and triggers were judged: no more stands out than chance explains.';
  if (decision === 'insufficient-evidence') return `Too little to decide: ${reason}`.slice(0, 2000);
  const sentence = `${reason.slice(0, 1).toUpperCase()}${reason.slice(1, 1900)}`;
  return `${sentence}. Look at the rows named before anything is trained on them.`;
}

const mostFigures = 40;

/** @param quotes the sentence of a finding names what stands in cells */
function familyOf(
  { family, method, flaggedCount, findings, notes, figures }: PoisoningAnswer['families'][number],
  quotes: boolean,
): Judgement['families'][number] {
  const weighing = findings.filter(({ counts }) => counts);
  return evaluated(family, method, {
    statistic: { ...Object.fromEntries(Object.entries(figures).slice(0, mostFigures)), findings: findings.length },
    pValue: weighing.length === 0 ? null : Math.min(...weighing.map(({ adjustedP }) => adjustedP)),
    flaggedCount,
    reason:
      [
        ...weighing
          .slice(0, 3)
          .map(({ what, columns, rowCount }) => (quotes ? what : `${rowCount} rows, by ${columns.join(', ') || 'their label'}`)),
        ...notes,
      ]
        .join('; ')
        .slice(0, 1000) || null,
  });
}

/** The rows that data quality names, at most a thousand; adjusted over all rows where their p-values came along, else the bound p · n. */
function flaggedOf({ flagged, rowP }: PoisoningAnswer, { count, idOf, areGiven }: JudgedRows): Judgement['flagged'] {
  const adjusted = rowP === null ? null : benjaminiHochberg(rowP);
  return flagged.map(({ row, label, p, families }) => ({
    id: idOf(row),
    families: families.map(({ family }) => family),
    pValue: p,
    adjustedPValue: adjusted?.[row] ?? Math.min(1, p * count),
    evidence: { row, ...(areGiven ? { label } : {}), families: Object.fromEntries(families.map(({ family, p: own }) => [family, own])) },
  }));
}

function missingOf({ notRun }: PoisoningAnswer, { baselineId }: PoisoningQuestion): Judgement['missingEvidence'] {
  const missing = notRun.map(({ family, reason }) => ({
    needed: reason.slice(0, 500),
    enables: `the family ${family}`,
    howToSupply: howToSupply(family),
  }));
  if (baselineId === undefined) return missing;
  return [
    ...missing,
    {
      needed: 'the rows of the baseline',
      enables: 'a comparison with earlier data',
      howToSupply: `baselines keep no rows, so ${baselineId.slice(0, 100)} was not compared: send earlier rows along with split or observedAt`,
    },
  ];
}
