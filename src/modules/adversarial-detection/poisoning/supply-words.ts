/** What a caller can send so that a family can be evaluated next time. */
const words: ReadonlyMap<string, string> = new Map([
  ['label-quality', 'at least 100 samples with two labels of ten rows each'],
  ['trigger-search', 'at least 200 samples'],
  ['duplicate-flood', 'at least 50 samples'],
  ['distribution', 'observedAt or split on the samples, at least 50 rows on each side'],
  ['correlation', 'observedAt or split on the samples, at least 50 rows on each side'],
  ['spectral-signature', 'at least 100 samples'],
  ['statistical', 'at least 30 samples of a label'],
  ['gradient-anomaly', 'gradient on every sample, all of one length'],
  ['ensemble-validation', 'modelPredictions of at least two models'],
]);

export function howToSupply(family: string): string {
  return words.get(family) ?? 'more samples';
}
