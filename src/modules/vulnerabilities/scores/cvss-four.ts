/** Base score of CVSS 4.0: the macro vector's score, less how far the vector lies below the highest of its class. */

type Metrics = ReadonlyMap<string, string>;

/**
 * Scores of macro vectors. Row: classes of EQ1, EQ2, EQ3. Columns: EQ4 = 1 with EQ6 = 0 and 1, then EQ4 = 2 with EQ6 = 0
 * and 1; '-' where the classes exclude each other. EQ5 is 0 and EQ4 is never 0 without threat and environmental metrics.
 * @source CVSS v4.0 specification, section 8.2 and the lookup table published with it.
 */
const macroScores = `
000 10 9.6 9.3 9
001 9.3 9.2 8.8 8
002 - 7.9 - 6.9
010 9.5 9.1 9.2 8.1
011 9.2 8.2 8.4 7
012 - 7.1 - 6.3
100 9.4 8.9 8.7 7.5
101 8.6 7.6 7.2 5.7
102 - 6.5 - 5.3
110 9 7.7 7.7 6.6
111 7.4 5.9 6.1 5.2
112 - 5.8 - 2.3
200 8.6 7.4 7 5.4
201 7.2 5.7 5.3 3.6
202 - 4.7 - 2.4
210 7.3 5.5 5.4 4.3
211 6.1 5.1 4.6 1.8
212 - 2.4 - 1`;

type Classes = { readonly eq1: number; readonly eq2: number; readonly eq3: number; readonly eq4: number; readonly eq6: number };

const table: ReadonlyMap<string, readonly (number | null)[]> = new Map(
  macroScores
    .trim()
    .split('\n')
    .map((line) => {
      const [classes = '', ...scores] = line.split(' ');
      return [classes, scores.map((score) => (score === '-' ? null : Number(score)))];
    }),
);

/** null: no such class, so nothing lies lower. */
function macroScore({ eq1, eq2, eq3, eq4, eq6 }: Classes): number | null {
  if (eq4 > 2) return null;
  return table.get(`${eq1}${eq2}${eq3}`)?.[(eq4 - 1) * 2 + eq6] ?? null;
}

/** Steps of 0.1 below the highest value of each metric. */
const levels: Readonly<Record<string, string>> = {
  AV: 'NALP',
  PR: 'NLH',
  UI: 'NPA',
  AC: 'LH',
  AT: 'NP',
  VC: 'HLN',
  VI: 'HLN',
  VA: 'HLN',
  SC: 'HLN',
  SI: 'HLN',
  SA: 'HLN',
};

/** Highest vectors of each class, as values of the metrics named, and how many steps deep the class is. @source section 8.2, tables 24 to 29 */
const tops = {
  eq1: { metrics: ['AV', 'PR', 'UI'], highest: [['NNN'], ['ANN', 'NLN', 'NNP'], ['PNN', 'ALP']], depth: [1, 4, 5] },
  eq2: { metrics: ['AC', 'AT'], highest: [['LN'], ['HN', 'LP']], depth: [1, 2] },
  eq3: { metrics: ['VC', 'VI', 'VA'], highest: [['HHH'], ['LHH', 'HLH'], ['LLL']], depth: [7, 8, 10] },
  eq4: { metrics: ['SC', 'SI', 'SA'], highest: [[], ['HHH'], ['LLL']], depth: [6, 5, 4] },
} as const;

/**
 * @param metrics the eleven base metrics, already checked; threat and environmental metrics are not looked at.
 * @returns 0.0 to 10.0, one decimal.
 * @source CVSS v4.0 specification, section 8. Pure.
 */
export function baseScoreFour(metrics: Metrics): number {
  if (['VC', 'VI', 'VA', 'SC', 'SI', 'SA'].every((name) => metrics.get(name) === 'N')) return 0;
  const classes = classesOf(metrics);
  const score = macroScore(classes) ?? 0;
  const drops = (['eq1', 'eq2', 'eq3', 'eq4'] as const).flatMap((eq) => {
    const lower = nextLower(classes, eq);
    return lower === null ? [] : [(score - lower) * shareBelowTop(eq, classes[eq], metrics)];
  });
  // The class of exploit maturity always has a lower one, at distance 0.
  const mean = drops.reduce((sum, drop) => sum + drop, 0) / (drops.length + 1);
  return Math.round((Math.min(10, Math.max(0, score - mean)) + 1e-6) * 10) / 10;
}

function classesOf(metrics: Metrics): Classes {
  const is = (name: string, value: string): boolean => metrics.get(name) === value;
  const open = [is('AV', 'N'), is('PR', 'N'), is('UI', 'N')];
  const eq1 = open.every(Boolean) ? 0 : open.some(Boolean) && !is('AV', 'P') ? 1 : 2;
  const eq2 = is('AC', 'L') && is('AT', 'N') ? 0 : 1;
  const someHigh = is('VC', 'H') || is('VI', 'H') || is('VA', 'H');
  const eq3 = is('VC', 'H') && is('VI', 'H') ? 0 : someHigh ? 1 : 2;
  const eq4 = is('SC', 'H') || is('SI', 'H') || is('SA', 'H') ? 1 : 2;
  // Requirements not defined count as high.
  return { eq1, eq2, eq3, eq4, eq6: someHigh ? 0 : 1 };
}

function nextLower(classes: Classes, eq: 'eq1' | 'eq2' | 'eq3' | 'eq4'): number | null {
  if (eq !== 'eq3') return macroScore({ ...classes, [eq]: classes[eq] + 1 });
  const { eq3, eq6 } = classes;
  if (eq3 === 0 && eq6 === 0) {
    const both = [macroScore({ ...classes, eq6: 1 }), macroScore({ ...classes, eq3: 1 })].filter((score) => score !== null);
    return Math.max(...both);
  }
  return eq3 === 1 ? macroScore({ ...classes, eq6: 1 }) : null;
}

/** How far down its class the vector lies, 0 to 1. */
function shareBelowTop(eq: keyof typeof tops, level: number, metrics: Metrics): number {
  const { metrics: names, highest, depth } = tops[eq];
  for (const top of highest[level] ?? []) {
    const steps = names.map((name, at) => step(name, metrics.get(name) ?? '') - step(name, top[at] ?? ''));
    if (steps.every((one) => one >= 0)) return steps.reduce((sum, one) => sum + one, 0) / (depth[level] ?? 1);
  }
  return 0;
}

function step(metric: string, value: string): number {
  return levels[metric]?.indexOf(value) ?? 0;
}
