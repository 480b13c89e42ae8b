/** What a comparison works out beside that on which its verdict stands; each may be left out. Plain words: the check's process loads no schemas. */
export const driftTests = ['cramer-von-mises', 'energy', 'mann-whitney', 'welch', 'correlation', 'rows'] as const;
export type DriftTest = (typeof driftTests)[number];

/** @param tests undefined: all of them. */
export const wanted = (tests: readonly DriftTest[] | undefined, test: DriftTest): boolean => tests === undefined || tests.includes(test);
