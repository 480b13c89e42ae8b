/** CVSS vectors: 3.0, 3.1 and 4.0 parsed and the base score recomputed. */
import type { Severity } from '../../../contract/severity.ts';
import { vulnerabilityProblems } from '../vulnerability.ts';
import { baseScoreFour } from './cvss-four.ts';

export type CvssVersion = '3.0' | '3.1' | '4.0';
export type Cvss = { readonly version: CvssVersion; readonly metrics: ReadonlyMap<string, string>; readonly baseScore: number };

type MetricTable = readonly (readonly [name: string, values: string])[];
const base3: MetricTable = [
  ['AV', 'NALP'],
  ['AC', 'LH'],
  ['PR', 'NLH'],
  ['UI', 'NR'],
  ['S', 'UC'],
  ['C', 'HLN'],
  ['I', 'HLN'],
  ['A', 'HLN'],
];
const other3: MetricTable = [
  ['E', 'XUPFH'],
  ['RL', 'XOTWU'],
  ['RC', 'XURC'],
  ['CR', 'XLMH'],
  ['IR', 'XLMH'],
  ['AR', 'XLMH'],
  ['MAV', 'XNALP'],
  ['MAC', 'XLH'],
  ['MPR', 'XNLH'],
  ['MUI', 'XNR'],
  ['MS', 'XUC'],
  ['MC', 'XNLH'],
  ['MI', 'XNLH'],
  ['MA', 'XNLH'],
];
/** In the order the specification demands (CVSS 4.0, table 23). */
const base4: MetricTable = [
  ['AV', 'NALP'],
  ['AC', 'LH'],
  ['AT', 'NP'],
  ['PR', 'NLH'],
  ['UI', 'NPA'],
  ['VC', 'HLN'],
  ['VI', 'HLN'],
  ['VA', 'HLN'],
  ['SC', 'HLN'],
  ['SI', 'HLN'],
  ['SA', 'HLN'],
];
const other4: MetricTable = [
  ['E', 'XAPU'],
  ['CR', 'XHML'],
  ['IR', 'XHML'],
  ['AR', 'XHML'],
  ['MAV', 'XNALP'],
  ['MAC', 'XLH'],
  ['MAT', 'XNP'],
  ['MPR', 'XNLH'],
  ['MUI', 'XNPA'],
  ['MVC', 'XNLH'],
  ['MVI', 'XNLH'],
  ['MVA', 'XNLH'],
  ['MSC', 'XNLH'],
  ['MSI', 'XNLHS'],
  ['MSA', 'XNLHS'],
  ['S', 'XNP'],
  ['AU', 'XNY'],
  ['R', 'XAUI'],
  ['V', 'XDC'],
  ['RE', 'XLMH'],
];
const urgency4 = ['X', 'Clear', 'Green', 'Amber', 'Red'];

const tables: Readonly<Record<CvssVersion, { readonly base: MetricTable; readonly other: MetricTable; readonly ordered: boolean }>> = {
  '3.0': { base: base3, other: other3, ordered: false },
  '3.1': { base: base3, other: other3, ordered: false },
  '4.0': { base: base4, other: other4, ordered: true },
};

/**
 * Parses a vector string and recomputes the base score.
 *
 * @param text `CVSS:3.1/AV:N/…`, at most 400 characters.
 * @returns version, metrics and base score 0.0 to 10.0 (one decimal). Threat and environmental metrics do not enter it.
 * @throws vulnerabilities.cvssVector naming the metric that is wrong, missing, doubled or out of order.
 * @source CVSS v3.1 specification, section 7.1 and appendix A; v3.0, section 8; v4.0, section 7.
 * Pure; O(length).
 */
export function parseCvss(text: string): Cvss {
  const [head = '', ...parts] = text.split('/');
  const version = versionOf(head);
  const { base, other, ordered } = tables[version];
  const metrics = readMetrics(parts, { known: new Map([...base, ...other]), version });
  for (const [name] of base) if (!metrics.has(name)) throw invalid(`the metric ${name} is missing`);
  if (ordered) refuseDisorder([...metrics.keys()], [...base, ...other].map(([name]) => name).concat('U'));
  return { version, metrics, baseScore: version === '4.0' ? baseScoreFour(metrics) : baseScore3(metrics, version) };
}

function invalid(reason: string): Error {
  return vulnerabilityProblems.cvssVector({ reason });
}

function versionOf(head: string): CvssVersion {
  if (head === 'CVSS:3.0') return '3.0';
  if (head === 'CVSS:3.1') return '3.1';
  if (head === 'CVSS:4.0') return '4.0';
  throw invalid('it must begin with CVSS:3.0, CVSS:3.1 or CVSS:4.0');
}

type Known = { readonly known: ReadonlyMap<string, string>; readonly version: CvssVersion };

function readMetrics(parts: readonly string[], { known, version }: Known): Map<string, string> {
  const metrics = new Map<string, string>();
  for (const part of parts) {
    const [name = '', value = '', ...rest] = part.split(':');
    const shown = part.slice(0, 20);
    const isUrgency = version === '4.0' && name === 'U';
    const values = known.get(name);
    if (rest.length > 0 || (values === undefined && !isUrgency)) throw invalid(`"${shown}" is no metric of CVSS ${version}`);
    const fits = isUrgency ? urgency4.includes(value) : value.length === 1 && values?.includes(value) === true;
    if (!fits) throw invalid(`"${shown}" has no such value`);
    if (metrics.has(name)) throw invalid(`the metric ${name} stands twice`);
    metrics.set(name, value);
  }
  return metrics;
}

function refuseDisorder(given: readonly string[], order: readonly string[]): void {
  let last = -1;
  for (const name of given) {
    const place = order.indexOf(name);
    if (place < last) throw invalid(`the metric ${name} stands in the wrong place`);
    last = place;
  }
}

const attackVector = { N: 0.85, A: 0.62, L: 0.55, P: 0.2 } as const;
const attackComplexity = { L: 0.77, H: 0.44 } as const;
const privilegesUnchanged = { N: 0.85, L: 0.62, H: 0.27 } as const;
const privilegesChanged = { N: 0.85, L: 0.68, H: 0.5 } as const;
const interaction = { N: 0.85, R: 0.62 } as const;
const impact = { H: 0.56, L: 0.22, N: 0 } as const;

function weight<T extends Readonly<Record<string, number>>>(table: T, metrics: ReadonlyMap<string, string>, name: string): number {
  const value = table[metrics.get(name) ?? ''];
  if (value === undefined) throw invalid(`the metric ${name} is missing`);
  return value;
}

function baseScore3(metrics: ReadonlyMap<string, string>, version: '3.0' | '3.1'): number {
  const changed = metrics.get('S') === 'C';
  const missed = (1 - weight(impact, metrics, 'C')) * (1 - weight(impact, metrics, 'I')) * (1 - weight(impact, metrics, 'A'));
  const impactBase = 1 - missed;
  const impactScore = changed ? 7.52 * (impactBase - 0.029) - 3.25 * (impactBase - 0.02) ** 15 : 6.42 * impactBase;
  if (impactScore <= 0) return 0;
  const exploitability =
    8.22 *
    weight(attackVector, metrics, 'AV') *
    weight(attackComplexity, metrics, 'AC') *
    weight(changed ? privilegesChanged : privilegesUnchanged, metrics, 'PR') *
    weight(interaction, metrics, 'UI');
  const sum = changed ? 1.08 * (impactScore + exploitability) : impactScore + exploitability;
  return version === '3.1' ? roundUp31(Math.min(sum, 10)) : roundUp30(Math.min(sum, 10));
}

/** 3.1, appendix A: integer arithmetic, so that 4.000000000000001 is not lifted to 4.1. */
function roundUp31(value: number): number {
  const scaled = Math.round(value * 100_000);
  return scaled % 10_000 === 0 ? scaled / 100_000 : (Math.floor(scaled / 10_000) + 1) / 10;
}
/** 3.0, section 8: smallest one-decimal number not below; the tiny step keeps binary noise out. */
function roundUp30(value: number): number {
  return Math.ceil(value * 10 - 1e-9) / 10;
}

/** Severity of a base score, 0 to 10. @source CVSS v3.1, section 5; 0 is called informational here. */
export function severityOfScore(score: number): Severity {
  if (score >= 9) return 'critical';
  if (score >= 7) return 'high';
  if (score >= 4) return 'medium';
  return score > 0 ? 'low' : 'informational';
}

export type CvssClaim = {
  readonly score?: number | null | undefined;
  readonly vector?: string | null | undefined;
  readonly severity?: Severity | undefined;
};
export type CvssFacts = { readonly score: number | null; readonly vector: string | null; readonly severity: Severity };

/**
 * Brings what a person wrote about score, vector and severity together.
 * @throws vulnerabilities.cvssVector, .cvssContradiction (with both numbers), .severityContradiction, .severityMissing
 */
export function reconcile({ score, vector, severity }: CvssClaim): CvssFacts {
  const parsed = typeof vector === 'string' ? parseCvss(vector) : null;
  const computed = parsed?.baseScore ?? null;
  const given = score ?? null;
  if (computed !== null && given !== null && Math.abs(computed - given) > 0.0499)
    throw vulnerabilityProblems.cvssContradiction({ computed, given });
  const settled = computed ?? given;
  const implied = settled === null ? null : severityOfScore(settled);
  if (implied !== null && severity !== undefined && severity !== implied)
    throw vulnerabilityProblems.severityContradiction({ score: settled, computed: implied, given: severity });
  const final = severity ?? implied;
  if (final === null) throw vulnerabilityProblems.severityMissing();
  return { score: settled, vector: vector ?? null, severity: final };
}
