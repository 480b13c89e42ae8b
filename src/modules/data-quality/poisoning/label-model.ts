/** What two cheap models of our own say of each row's label without having seen it. */
import { fitLogistic, logProbabilities } from '../../../math/logistic-regression.ts';
import { nearestReferences } from '../../../math/nearest-references.ts';
import { type Experts, type FittedMixture, fitMixture, likelihoodOf, type Scored, softmaxOf } from './label-mixture.ts';
import { foldCount, foldsOf, type LabelledTable, rowsByClass, sampledRows } from './labelled-table.ts';

export type LabelModel = {
  /** P(class | row) without any allowance for wrong labels: n × classes; of rows the model did not judge all NaN. */
  readonly probabilities: Float64Array;
  readonly classes: number;
  /**
   * Exponents of the logistic model's and the neighbours' probabilities (the inverse of a temperature each), the share of labels drawn
   * at random, and classes of which a share carries another's label.
   */
  readonly mixture: FittedMixture;
  /** What the mixture was fitted to. */
  readonly scored: Scored;
  /** Rows that could be learnt from or compared with, when fewer than all. */
  readonly sampledTo: number | null;
  /** Mean log-likelihood gained over the class shares, in nats: 0 is a model that knows nothing. */
  readonly skill: number;
};

/** Multiplications the logistic fits and the neighbours may take. */
const fitBudget = 1.5e9;
const neighbourBudget = 6e9;
const iterations = 60;
const fewestTrained = 500;
/** More rows hardly change a linear model of standardised columns. */
const mostTaught = 20_000;
const neighbours = 10;
/** Added to every class's count of neighbours, so that none is impossible. */
const pseudoCount = 0.1;

type ModelData = {
  readonly values: Float64Array;
  readonly dimensions: number;
  /** Rows that teach and calibrate; by default every labelled row of another fold. */
  readonly teaches?: (row: number) => boolean;
  /** Whether flipped pairs of classes are looked for; by default yes. */
  readonly looksForFlips?: boolean;
};

/**
 * Five-fold: a row is judged by models that did not see it. Logistic regression and 10 nearest neighbours are joined as
 * softmax(w₁·ln P₁ + w₂·ln P₂); w₁, w₂ and the shares of wrong labels are fitted together by maximum likelihood, so that wrong labels do
 * not make the model doubt the right ones.
 * @param data features row by row, which may leave columns out. At least 2 classes with a labelled row.
 */
export function outOfFoldModel(
  table: LabelledTable,
  data: ModelData = { values: table.values, dimensions: table.features.length },
): LabelModel {
  const { rows, labels, classes } = table;
  const folds = foldsOf(table);
  const logistic = new Float64Array(rows * classes.length).fill(Number.NaN);
  const nearest = new Float64Array(rows * classes.length).fill(Number.NaN);
  const afforded = Math.floor(fitBudget / (foldCount * iterations * 2 * (data.dimensions + 1) * classes.length));
  const mostTrained = Math.min(mostTaught, Math.max(fewestTrained, afforded));
  // Candidates of a trigger each ask two models: they compare with fewer rows.
  const budget = (data.looksForFlips ?? true) ? neighbourBudget : neighbourBudget / 4;
  const mostCompared = Math.max(fewestTrained, Math.floor(budget / (rows * (data.dimensions + 1))));
  const all = Int32Array.from({ length: rows }, (_, row) => row);
  for (let fold = 0; fold < foldCount; fold++) {
    const asking = all.filter((row) => folds[row] === fold);
    const teaching = all.filter((row) => folds[row] !== fold && (labels[row] as number) >= 0 && (data.teaches?.(row) ?? true));
    if (teaching.length === 0) continue;
    const trained = sampledRows(teaching, mostTrained, table.seed + fold);
    const model = fitLogistic(
      { values: data.values, dimensions: data.dimensions, labels, classes: classes.length, rows: trained },
      { mostIterations: iterations, tolerance: 1e-4 },
    );
    logProbabilities(model, data.values, { rows: asking, target: logistic });
    neighbourShares(table, data, { asking, references: sampledRows(teaching, mostCompared, table.seed + fold), target: nearest });
  }
  const sampled = Math.min(mostTrained, mostCompared);
  return joined(
    table,
    { logistic, nearest },
    {
      teaches: data.teaches,
      looksForFlips: data.looksForFlips ?? true,
      sampledTo: sampled < (rows * (foldCount - 1)) / foldCount ? sampled : null,
    },
  );
}

type Asked = { readonly asking: Int32Array; readonly references: Int32Array; readonly target: Float64Array };

/** Writes ln of the share of each class among the 10 nearest. */
function neighbourShares(
  { labels, classes }: LabelledTable,
  { values, dimensions }: ModelData,
  { asking, references, target }: Asked,
): void {
  const found = nearestReferences({ values, dimensions, queries: asking, references, k: neighbours });
  for (const [q, row] of asking.entries()) {
    const counts = new Float64Array(classes.length).fill(pseudoCount);
    let total = pseudoCount * classes.length;
    for (let place = q * neighbours; place < (q + 1) * neighbours; place++) {
      const neighbour = found.rows[place] as number;
      if (neighbour < 0) continue;
      const label = labels[neighbour] as number;
      counts[label] = (counts[label] as number) + 1;
      total++;
    }
    for (let k = 0; k < classes.length; k++) target[row * classes.length + k] = Math.log((counts[k] as number) / total);
  }
}

const mostFitted = 4000;
const mostFittedFast = 1000;

type Joining = {
  readonly teaches: ((row: number) => boolean) | undefined;
  readonly looksForFlips: boolean;
  readonly sampledTo: number | null;
};

function joined(table: LabelledTable, experts: Experts, { teaches, looksForFlips, sampledTo }: Joining): LabelModel {
  const { rows, labels, classes, seed } = table;
  const judged = Int32Array.from({ length: rows }, (_, row) => row).filter(
    (row) => (labels[row] as number) >= 0 && !Number.isNaN(experts.logistic[row * classes.length]) && (teaches?.(row) ?? true),
  );
  const fitted = sampledRows(judged, looksForFlips ? mostFitted : mostFittedFast, seed);
  const scored = { labels, classes: classes.length, experts, rows: fitted };
  const mixture = fitMixture(scored, looksForFlips);
  const probabilities = new Float64Array(rows * classes.length);
  for (let row = 0; row < rows; row++) softmaxOf(experts, mixture, { row, classes: classes.length, target: probabilities });
  const shares = rowsByClass(table).map((members) => members.length / Math.max(1, judged.length));
  const prior = shares.reduce((sum, share) => sum + (share > 0 ? share * Math.log(share) : 0), 0);
  const skill = judged.length === 0 ? 0 : likelihoodOf(scored, mixture) / fitted.length - prior;
  return { probabilities, classes: classes.length, mixture, scored, sampledTo, skill };
}
