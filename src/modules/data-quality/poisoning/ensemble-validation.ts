/** Rows on which the models handed over deny the label more often than their error rates explain. */

import { poissonBinomialTail } from '../../../math/counting-tails.ts';
import { logGamma } from '../../../math/special-functions.ts';
import { type FamilyOutcome, flaggedRows } from './evidence.ts';
import type { LabelledTable } from './labelled-table.ts';

const fewestModels = 2;

/**
 * p of a row on which j of m models deny the label: the tail of j denials. With two models each denies on its own, at its own error rate.
 * From three on, models err on the same hard rows: a beta-binomial law is fitted to the rows on which they do not all deny, and says how
 * many rows all of them would deny by nature; the larger of the two p-values stands.
 */
export function ensembleValidation(table: LabelledTable): FamilyOutcome {
  const models = table.modelPredictions;
  if (models === null) return { family: 'ensemble-validation', reason: 'no predictions of models were handed over' };
  if (models.length < fewestModels) return { family: 'ensemble-validation', reason: `fewer than ${fewestModels} models` };
  const denials = new Int32Array(table.rows);
  const errors = new Float64Array(models.length);
  let judged = 0;
  for (let row = 0; row < table.rows; row++) {
    const label = table.labels[row] as number;
    if (label < 0) continue;
    judged++;
    for (const [m, { labels }] of models.entries())
      if (labels[row] !== label) {
        denials[row] = (denials[row] as number) + 1;
        errors[m] = (errors[m] as number) + 1;
      }
  }
  if (judged === 0) return { family: 'ensemble-validation', reason: 'no row has a label' };
  const rates = errors.map((count) => (count + 1) / (judged + 2));
  const counts = new Float64Array(models.length + 1);
  for (let row = 0; row < table.rows; row++)
    if ((table.labels[row] as number) >= 0) counts[denials[row] as number] = (counts[denials[row] as number] as number) + 1;
  const shared = models.length < 3 ? null : betaBinomialTails(counts);
  const tails = Array.from(counts, (_, j) => Math.max(poissonBinomialTail(rates, j), shared?.[j] ?? 0));
  const rowP = Float64Array.from({ length: table.rows }, (_, row) =>
    (table.labels[row] as number) < 0 ? 1 : (tails[denials[row] as number] ?? 1),
  );
  return {
    family: 'ensemble-validation',
    method:
      'number of given models that deny the label, against their error rates and, from three models on, their errors on shared hard rows',
    rowP,
    flagged: flaggedRows(rowP),
    findings: [],
    notes: models.map(({ model }, m) => `${JSON.stringify(model.slice(0, 60))} denies ${errors[m]} of ${judged} labels.`).slice(0, 20),
    figures: { models: models.length, allDeny: counts[models.length] ?? 0 },
  };
}

/**
 * P(denials ≥ j) by a beta-binomial law whose mean and spread are fitted to the rows that not all models deny.
 * @source Skellam 1948; likelihood of the counts 0 to m − 1 given that they are below m.
 */
function betaBinomialTails(counts: Float64Array): number[] {
  const m = counts.length - 1;
  let best = { likelihood: -Infinity, masses: new Array<number>(m + 1).fill(0) };
  for (let i = 0; i <= 40; i++)
    for (let j = 0; j <= 30; j++) {
      const mean = 10 ** (-4 + (i / 40) * 3.7);
      const spread = 10 ** (-3 + (j / 30) * 2.9);
      const masses = betaBinomialMasses(m, mean, spread);
      const below = 1 - (masses[m] as number);
      let likelihood = 0;
      for (let k = 0; k < m; k++) likelihood += (counts[k] as number) * Math.log(Math.max(1e-300, (masses[k] as number) / below));
      if (likelihood > best.likelihood) best = { likelihood, masses };
    }
  let tail = 0;
  return best.masses
    .toReversed()
    .map((mass) => (tail += mass))
    .toReversed();
}

/** @param spread correlation of two models' errors, in (0, 1). */
function betaBinomialMasses(m: number, mean: number, spread: number): number[] {
  const size = 1 / spread - 1;
  const a = mean * size;
  const b = (1 - mean) * size;
  const logBeta = (x: number, y: number) => logGamma(x) + logGamma(y) - logGamma(x + y);
  const logChoose = (k: number) => logGamma(m + 1) - logGamma(k + 1) - logGamma(m - k + 1);
  return Array.from({ length: m + 1 }, (_, k) => Math.exp(logChoose(k) + logBeta(k + a, m - k + b) - logBeta(a, b)));
}
