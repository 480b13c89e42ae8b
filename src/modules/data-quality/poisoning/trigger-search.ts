/** Patterns that carry a label against what everything else in the row says: backdoors, also with values inside the usual range. */
import { poissonBinomialTail } from '../../../math/counting-tails.ts';
import { blendedCandidates } from './blended-trigger.ts';
import type { FamilyOutcome, Finding } from './evidence.ts';
import { outOfFoldModel } from './label-model.ts';
import { type LabelledTable, rowsByClass } from './labelled-table.ts';
import { type RobustCentres, robustCentres } from './robust-centres.ts';
import { type Candidate, labelledRows, screenOf } from './trigger-candidate.ts';
import { type Item, type ItemColumn, isSupported, itemColumns, type LiftedItem, liftedItems, rowsOf } from './trigger-items.ts';

const fewestRows = 200;
const liftLevel = 0.01;
/** Screening p, over all items with lift, that a candidate needs for the expensive test; and how many are tested. */
const screenLevel = 0.01;
/** Screening p a single item needs to be grown: it may have natural carriers that a longer pattern sheds. */
const seedLevel = 0.01;
const mostTested = 6;
const mostItems = 8;
/** Share of the denied carriers that has to have a further item in common. */
const sharedCarriers = 0.8;
/** @source threat-detection: a pattern at this adjusted p decides. */
export const triggerLevel = 1e-4;
/** A carrier contradicts its label when the rest of its row makes the label at most half as likely as it is in the table. */
const contradiction = 0.5;

/**
 * 1 items (exact value or 1/16 quantile of a column) in 0.3 % to 30 % of the rows with lift to one label (Fisher, BH);
 * 2 screened by how many carriers lie nearer to the medians of another class; 3 grown to at most 8 items that the denied carriers share;
 * 4 two models that did not see a carrier's trigger predict the carriers: one without the columns of the pattern, one with them but
 * never shown a carrier (what is natural in a column goes on beyond its interval). p is the larger Poisson-binomial tail of the two,
 * times the number of items with lift. A pattern counts when adjusted p ≤ 1e-4 and under both models the rest of the row speaks against the
 * label of most carriers; without that, a column that alone tells a class would look like a trigger.
 * Blended triggers take the same test along a direction, which each half of the rows has to find on its own; most carriers have to be
 * in doubt for a model without what was added along the direction, and to contradict their label for one that did not learn from them either.
 */
export function triggerSearch(table: LabelledTable): FamilyOutcome {
  if (table.rows < fewestRows) return { family: 'trigger-search', reason: `fewer than ${fewestRows} rows` };
  if (rowsByClass(table).filter((members) => members.length >= 10).length < 2)
    return { family: 'trigger-search', reason: 'fewer than 2 classes of 10 rows' };
  if (table.features.length === 0) return { family: 'trigger-search', reason: 'no column besides the label varies' };
  const centres = robustCentres(table);
  const columns = itemColumns(table);
  const lifted = liftedItems(table, columns, liftLevel);
  const limit = screenLevel / Math.max(1, lifted.length);
  const patterns = screened(table, { centres, columns, lifted, limit });
  const blended = blendedCandidates(table, centres);
  const tested = [...patterns, ...blended.filter(({ screenP }) => screenP <= screenLevel / Math.max(1, blended.length))];
  const family = Math.max(1, lifted.length + blended.length);
  const rowP = new Float64Array(table.rows).fill(1);
  const flagged = new Set<number>();
  const findings: Finding[] = [];
  const results = tested.map((candidate) => ({ candidate, ...conditionalTest(table, candidate, family) }));
  for (const { candidate, finding: found, denied } of results) {
    // A direction is learnt from half of the rows: the other half has to find one of its own.
    const isReplicated =
      candidate.tests === 'both' ||
      results.some(
        (other) =>
          other.candidate !== candidate &&
          other.candidate.tests === 'masked' &&
          other.candidate.label === candidate.label &&
          other.finding.counts,
      );
    const finding = { ...found, counts: found.counts && isReplicated };
    findings.push(finding);
    if (!finding.counts) continue;
    for (const row of denied) {
      rowP[row] = Math.min(rowP[row] as number, finding.adjustedP);
      flagged.add(row);
    }
  }
  return {
    family: 'trigger-search',
    method:
      'items with lift to a label, grown to patterns; Poisson-binomial test of the carriers under models that did not see the trigger',
    rowP,
    flagged: Int32Array.from(flagged).sort(),
    findings: findings.toSorted((a, b) => a.adjustedP - b.adjustedP).slice(0, 20),
    notes: [],
    figures: { items: columns.reduce((sum, { names }) => sum + names.length, 0), liftedItems: lifted.length, tested: tested.length },
  };
}

type Search = {
  readonly centres: RobustCentres;
  readonly columns: readonly ItemColumn[];
  readonly lifted: readonly LiftedItem[];
  readonly limit: number;
};

function screened(table: LabelledTable, { centres, columns, lifted, limit }: Search): Candidate[] {
  const seeds = lifted
    .map((item) => ({
      item,
      screenP: screenOf(centres, { rows: labelledRows(table, rowsOf([item], table.rows), item.label), label: item.label }),
    }))
    .filter(({ screenP }) => screenP <= seedLevel)
    .toSorted((a, b) => a.screenP - b.screenP)
    .slice(0, 4 * mostTested);
  const found: Candidate[] = [];
  for (const { item } of seeds) {
    const items = grown(table, { centres, columns, seed: item });
    const carriers = rowsOf(items, table.rows);
    if (found.some((known) => known.label === item.label && overlap(known.carriers, carriers) >= 0.5)) continue;
    const screenP = screenOf(centres, { rows: labelledRows(table, carriers, item.label), label: item.label });
    const names = [...new Set(items.map(({ column }) => column.column))];
    found.push({
      what: items.map(({ column, code }) => column.names[code] ?? '').join(' and '),
      columns: names,
      label: item.label,
      carriers,
      withheld: carriers,
      screenP,
      masked: () => without(table, new Set(names)),
      tests: 'both',
    });
  }
  return found
    .filter(({ screenP }) => screenP <= limit)
    .toSorted((a, b) => a.screenP - b.screenP)
    .slice(0, mostTested);
}

/** Adds the item that most denied carriers share and that leaves the fewest other rows, until none is left or nothing is left out. */
function grown(
  table: LabelledTable,
  { centres, columns, seed }: { centres: RobustCentres; columns: readonly ItemColumn[]; seed: LiftedItem },
): Item[] {
  const items: Item[] = [seed];
  let carriers = rowsOf(items, table.rows);
  let denied = labelledRows(table, carriers, seed.label).filter((row) => centres.nearest[row] !== seed.label);
  while (items.length < mostItems) {
    const best = bestFurther(table, { columns, items, carriers, denied });
    if (best === null) break;
    items.push(best);
    carriers = carriers.filter((row) => best.column.codes[row] === best.code);
    denied = denied.filter((row) => best.column.codes[row] === best.code);
  }
  return items;
}

type Growth = {
  readonly columns: readonly ItemColumn[];
  readonly items: readonly Item[];
  readonly carriers: Int32Array;
  readonly denied: Int32Array;
};

function bestFurther({ rows }: LabelledTable, { columns, items, carriers, denied }: Growth): Item | null {
  const used = new Set(items.map(({ column }) => column.column));
  let best: Item | null = null;
  let fewest = Infinity;
  for (const column of columns) {
    if (used.has(column.column)) continue;
    const code = commonCode(column, denied);
    if (code === null || !isSupported(column.counts[code] as number, rows)) continue;
    const kept = carriers.reduce((sum, row) => sum + Number(column.codes[row] === code), 0);
    if (kept < fewest) [best, fewest] = [{ column, code }, kept];
  }
  return best;
}

/** The item that at least 80 % of the rows have in common. */
function commonCode({ codes, names }: ItemColumn, rows: Int32Array): number | null {
  const counts = new Int32Array(names.length);
  for (const row of rows) if ((codes[row] as number) >= 0) counts[codes[row] as number] = (counts[codes[row] as number] as number) + 1;
  const most = counts.reduce((best, count, code) => (count > (counts[best] as number) ? code : best), 0);
  return rows.length > 0 && (counts[most] as number) >= sharedCarriers * rows.length ? most : null;
}

/** Rows in both ÷ rows in either; both ascending. */
function overlap(left: Int32Array, right: Int32Array): number {
  const others = new Set(right);
  const both = left.reduce((sum, row) => sum + Number(others.has(row)), 0);
  return both / Math.max(1, left.length + right.length - both);
}

function without({ features, rows }: LabelledTable, columns: ReadonlySet<string>): { values: Float64Array; dimensions: number } {
  const kept = features.filter(({ column }) => !columns.has(column));
  const values = new Float64Array(rows * kept.length);
  for (const [d, { values: column }] of kept.entries())
    for (let row = 0; row < rows; row++) values[row * kept.length + d] = column[row] as number;
  return { values, dimensions: kept.length };
}

type Judged = {
  /** Of the carriers' labels under a model that did not see the trigger. */
  readonly p: number;
  readonly expected: number;
  /** Labelled carriers whose row speaks against the label, and those for which another label is likelier. */
  readonly against: ReadonlySet<number>;
  readonly doubted: ReadonlySet<number>;
};

function conditionalTest(table: LabelledTable, candidate: Candidate, family: number): { finding: Finding; denied: number[] } {
  const { carriers, label } = candidate;
  const labelled = labelledRows(table, carriers, label);
  const masked = candidate.masked();
  const judgements = [judgedWithout(table, candidate, masked)];
  // The second model costs as much as the first: only asked when the first finds something.
  const isOpen = (judgements[0]?.p ?? 1) * family <= triggerLevel;
  const unseen = isOpen ? judgedUnseen(table, candidate, candidate.tests === 'both' ? allColumns(table) : masked) : null;
  if (unseen !== null) judgements.push(unseen);
  const p = Math.max(...judgements.map((judged) => judged.p));
  const adjustedP = Math.min(1, p * family);
  const most = labelled.length / 2;
  const isContradicted = candidate.tests === 'both' ? judgements.every(({ against }) => against.size > most) : isForeign(judgements, most);
  // The last model is the one that learnt nothing from a row of a direction.
  const witnesses = candidate.tests === 'both' ? judgements : judgements.slice(-1);
  const denied = [...labelled].filter((row) => witnesses.every(({ doubted }) => doubted.has(row)));
  const finding: Finding = {
    what: candidate.what,
    columns: candidate.columns,
    label: table.classes[label] ?? null,
    rows: labelled,
    p,
    adjustedP,
    effect: labelled.length,
    expected: Math.max(...judgements.map(({ expected }) => expected)),
    counts: adjustedP <= triggerLevel && isContradicted,
  };
  return { finding, denied };
}

/**
 * Carriers of a direction, without what was added along it. A natural group is known to a model that learnt from its other members; planted
 * rows, which look like the classes they came from, stay in doubt even then, and contradict their label once none of them teaches.
 */
function isForeign([taught, unseen]: readonly Judged[], most: number): boolean {
  return taught !== undefined && unseen !== undefined && taught.doubted.size > most && unseen.against.size > most;
}

type Features = { readonly values: Float64Array; readonly dimensions: number };
const allColumns = ({ values, features }: LabelledTable): Features => ({ values, dimensions: features.length });

/** By a model that does not see the pattern. */
function judgedWithout(table: LabelledTable, candidate: Candidate, { values, dimensions }: Features): Judged {
  if (dimensions === 0) return { p: 1, expected: candidate.carriers.length, against: new Set(), doubted: new Set() };
  const model = outOfFoldModel(table, { values, dimensions, looksForFlips: false });
  return judged(table, candidate, model.probabilities);
}

const fewestLeft = 10;
const leastLeft = 0.2;

/**
 * By a model that never learnt from a row of the trigger: with all columns, or of a direction without what was added along it. Classes that
 * lost rows get them back as a weight.
 * null when the carriers hold most of their class: then the model does not know the class.
 */
function judgedUnseen(table: LabelledTable, candidate: Candidate, { values, dimensions }: Features): Judged | null {
  const withheld = new Set(candidate.withheld);
  const all = rowsByClass(table).map((members) => members.length);
  const left = rowsByClass(table).map((members) => members.reduce((sum, row) => sum + Number(!withheld.has(row)), 0));
  const remaining = left[candidate.label] ?? 0;
  if (dimensions === 0 || remaining < fewestLeft || remaining < leastLeft * (all[candidate.label] ?? 0)) return null;
  const model = outOfFoldModel(table, {
    values,
    dimensions,
    teaches: (row) => !withheld.has(row),
    looksForFlips: false,
  });
  const probabilities = Float64Array.from(model.probabilities);
  const classes = all.length;
  for (const row of candidate.carriers) {
    let total = 0;
    for (let k = 0; k < classes; k++) {
      const weighted = (probabilities[row * classes + k] as number) * ((all[k] ?? 0) / Math.max(1, left[k] ?? 1));
      probabilities[row * classes + k] = weighted;
      total += weighted;
    }
    for (let k = 0; k < classes; k++) probabilities[row * classes + k] = (probabilities[row * classes + k] as number) / total;
  }
  return judged(table, candidate, probabilities);
}

function judged(table: LabelledTable, { carriers, label }: Candidate, probabilities: Float64Array): Judged {
  const classes = table.classes.length;
  const chances = Float64Array.from(carriers, (row) => probabilities[row * classes + label] as number).map((chance) =>
    Number.isNaN(chance) ? 1 : chance,
  );
  const labelled = labelledRows(table, carriers, label);
  const share = table.labels.reduce((sum, other) => sum + Number(other === label), 0) / table.rows;
  const below = (limit: number) => new Set([...labelled].filter((row) => (probabilities[row * classes + label] as number) <= limit));
  return {
    p: poissonBinomialTail(chances, labelled.length),
    expected: chances.reduce((sum, chance) => sum + chance, 0),
    against: below(contradiction * share),
    doubted: below(0.5),
  };
}
