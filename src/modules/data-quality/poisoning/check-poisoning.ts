/** From a table in the engine to the verdict on it, in the shape of the answer. */
import type { Column, Frame } from '../frame.ts';
import { type RawColumn, readCategories, readRawColumns } from '../prepared-columns.ts';
import { dataProblems } from '../refusal.ts';
import { columnNamed } from '../rule.ts';
import { type Groups, type LabelledTable, labelledTable, type ModelPredictions } from './labelled-table.ts';
import { judgePoisoning, type PoisoningJudgement } from './poisoning.ts';

export type PoisoningOptions = {
  readonly label: string;
  readonly columns: readonly string[] | undefined;
  readonly split: string | undefined;
  readonly order: string | undefined;
  readonly gradients: readonly (readonly number[])[] | undefined;
  readonly activations: readonly (readonly number[])[] | undefined;
  readonly modelPredictions:
    | readonly { readonly model: string; readonly labels: readonly (string | number | boolean | null)[] }[]
    | undefined;
  readonly seed: number;
};

const mostRows = 200_000;
const mostCells = 2e7;
/** More classes than this are a measure, not a label. */
const mostClasses = 100;
const mostFlagged = 1000;
const mostRowP = 10_000;
const mostRowsNamed = 100;

/**
 * @param baseline an earlier table with the same columns, or null.
 * @throws data-quality.noSuchColumn, .tooLarge (200,000 rows, 20 million cells), .badLabel, .misaligned.
 */
export async function checkForPoisoning(frame: Frame, options: PoisoningOptions, baseline: Frame | null): Promise<object> {
  const table = await readLabelled(frame, options, baseline);
  const judged = judgePoisoning(table);
  return shaped(table, judged, frame.rows);
}

async function readLabelled(frame: Frame, options: PoisoningOptions, baseline: Frame | null): Promise<LabelledTable> {
  const label = columnNamed(frame, options.label);
  const split = options.split === undefined ? null : columnNamed(frame, options.split);
  const order = options.order === undefined ? null : columnNamed(frame, options.order);
  const features = featuresOf(frame, options, [label, split, order]);
  const rows = frame.rows + (baseline?.rows ?? 0);
  if (rows > mostRows) throw dataProblems.tooLarge({ what: `${rows} rows, at most ${mostRows} are judged at once` });
  if (rows * features.length > mostCells)
    throw dataProblems.tooLarge({ what: `${rows} rows of ${features.length} columns; name fewer columns` });
  const words = await readCategories(frame, label);
  const levels = words.levels ?? [];
  if (words.levels === null || levels.length > mostClasses)
    throw dataProblems.badLabel({ column: options.label.slice(0, 200), reason: `it has more than ${mostClasses} different values` });
  const labels = Int32Array.from(words.values, (code) => (Number.isNaN(code) ? -1 : code));
  const raw = await readRawColumns(frame, features);
  const given = {
    labels,
    classes: levels,
    raw,
    seed: options.seed,
    order: order === null ? null : ((await readRawColumns(frame, [order]))[0]?.values ?? null),
    groups: split === null ? null : groupsOf(await readCategories(frame, split)),
    gradients: aligned(options.gradients, frame.rows, 'gradients'),
    activations: aligned(options.activations, frame.rows, 'activations'),
    modelPredictions: predictionsOf(options, levels, frame.rows),
  };
  if (baseline === null) return labelledTable(given);
  return labelledTable({ ...given, groups: null, order: given.order, ...(await joinedWith(baseline, given, options)) });
}

function featuresOf(frame: Frame, { columns }: PoisoningOptions, others: readonly (Column | null)[]): Column[] {
  if (columns === undefined) return frame.columns.filter((column) => !others.includes(column));
  const named = columns.map((name) => columnNamed(frame, name));
  return named.filter((column) => column !== others[0]);
}

function groupsOf({ values, levels }: RawColumn): Groups | null {
  if (levels === null || levels.length > mostClasses) return null;
  return { names: levels, codes: Int32Array.from(values, (code) => (Number.isNaN(code) ? -1 : code)), meaning: 'split' };
}

function aligned(given: readonly (readonly number[])[] | undefined, rows: number, what: string): readonly (readonly number[])[] | null {
  if (given === undefined) return null;
  const width = given[0]?.length ?? 0;
  if (given.length !== rows) throw dataProblems.misaligned({ what, given: given.length, rows });
  if (width === 0 || given.some((vector) => vector.length !== width))
    throw dataProblems.misaligned({ what: `${what}: vectors of different lengths`, given: given.length, rows });
  return given;
}

function predictionsOf({ modelPredictions }: PoisoningOptions, levels: readonly string[], rows: number): ModelPredictions[] | null {
  if (modelPredictions === undefined) return null;
  const places = new Map(levels.map((level, code) => [level, code]));
  return modelPredictions.map(({ model, labels }) => {
    if (labels.length !== rows)
      throw dataProblems.misaligned({ what: `predictions of ${model.slice(0, 100)}`, given: labels.length, rows });
    return { model, labels: Int32Array.from(labels, (label) => (label === null ? -1 : (places.get(String(label)) ?? -1))) };
  });
}

type Given = { readonly labels: Int32Array; readonly classes: readonly string[]; readonly raw: readonly RawColumn[] };

/** The rows of the baseline behind those of the table, as a group of their own; columns the baseline lacks are left out. */
async function joinedWith(
  baseline: Frame,
  { labels, classes, raw }: Given,
  options: PoisoningOptions,
): Promise<Partial<LabelledTable> & Given> {
  const known = raw.filter(({ name }) => baseline.columns.some((column) => column.name === name));
  const earlier = await readRawColumns(
    baseline,
    known.map(({ name }) => columnNamed(baseline, name)),
  );
  const kept = known.flatMap((column, k) => (earlier[k]?.kind === column.kind ? [{ column, before: earlier[k] as RawColumn }] : []));
  const words = await readCategories(baseline, columnNamed(baseline, options.label));
  const places = new Map(classes.map((level, code) => [level, code]));
  const before = Int32Array.from(words.values, (code) => places.get(words.levels?.[code] ?? '') ?? -1);
  return {
    classes,
    labels: Int32Array.from([...labels, ...before]),
    raw: kept.map(({ column, before: other }) => joinedColumn(column, other)),
    order: null,
    gradients: null,
    activations: null,
    modelPredictions: null,
    groups: {
      names: ['this table', 'the baseline'],
      codes: Int32Array.from({ length: labels.length + before.length }, (_, row) => Number(row >= labels.length)),
      meaning: 'baseline',
    },
  };
}

function joinedColumn(column: RawColumn, other: RawColumn): RawColumn {
  if (column.kind !== 'category') return { ...column, values: Float64Array.from([...column.values, ...other.values]) };
  const levels = [...(column.levels ?? [])];
  const places = new Map(levels.map((level, code) => [level, code]));
  const values = other.values.map((code) => {
    const word = other.levels?.[code];
    if (word === undefined) return Number.NaN;
    const place = places.get(word) ?? levels.push(word) - 1;
    places.set(word, place);
    return place;
  });
  return { ...column, levels, values: Float64Array.from([...column.values, ...values]) };
}

/** Rows of a baseline serve as evidence, but are not this table's: they are not named. */
function shaped(table: LabelledTable, judged: PoisoningJudgement, ownRows: number): object {
  const own = judged.flagged.filter((row) => row < ownRows);
  const order = [...own].toSorted((a, b) => (judged.rowP[a] ?? 1) - (judged.rowP[b] ?? 1) || a - b);
  return {
    verdict: judged.verdict,
    reason: judged.reason.slice(0, 2000),
    confidence: judged.confidence,
    decidedBy: judged.decidedBy,
    classes: table.classes.map((label, k) => ({ label, rows: table.labels.reduce((sum, code) => sum + Number(code === k), 0) })),
    flaggedCount: own.length,
    flagged: order.slice(0, mostFlagged).map((row) => ({
      row,
      label: table.classes[table.labels[row] as number] ?? null,
      p: judged.rowP[row] ?? 1,
      families: judged.evidence.flatMap(({ family, rowP, flagged }) =>
        rowP !== null && flagged.includes(row) ? [{ family, p: rowP[row] ?? 1 }] : [],
      ),
    })),
    rowP: ownRows <= mostRowP ? [...judged.rowP.subarray(0, ownRows)] : null,
    families: judged.evidence.map(({ family, method, flagged, findings, notes, figures }) => ({
      family,
      method,
      flaggedCount: flagged.filter((row) => row < ownRows).length,
      findings: findings.map(({ rows, ...finding }) => {
        const named = rows.filter((row) => row < ownRows);
        return { ...finding, rowCount: named.length, rows: [...named.subarray(0, mostRowsNamed)] };
      }),
      notes,
      figures,
    })),
    notRun: judged.notRun,
    seed: table.seed,
  };
}
