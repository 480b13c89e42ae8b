/** From what a vulnerability and its asset say to the eight factors, each with its reason, source and mark. */
import type { Factor, FactorName, PriorityQuestion } from './contract.ts';
import type { Weights } from './weights.ts';

type Known = { readonly value: number; readonly reason: string; readonly source: string; readonly mark: Factor['mark'] };
type Unknown = { readonly reason: string };

/** The factors of one question. Nothing is guessed: what is not said is null. Pure. */
export function factorsOf(question: PriorityQuestion, weights: Weights): Factor[] {
  const found: Readonly<Record<FactorName, Known | Unknown>> = {
    technical: technical(question, weights),
    threat: threat(question, weights),
    exposure: exposure(question, weights),
    path: path(question),
    data: data(question, weights),
    criticality: criticality(question, weights),
    privilege: { reason: 'what it runs as' },
    runtime: runtime(question, weights),
  };
  return Object.entries(found).map(([factor, fact]) => ({
    factor: factor as FactorName,
    value: 'value' in fact ? fact.value : null,
    reason: fact.reason,
    source: 'source' in fact ? fact.source : 'nobody',
    mark: 'mark' in fact ? fact.mark : 'inferred',
  }));
}

function technical({ cvssScore, severity, source, mark }: PriorityQuestion, weights: Weights): Known {
  if (cvssScore !== null) return { value: cvssScore / 10, reason: `CVSS base ${cvssScore.toFixed(1)}`, source, mark };
  return { value: weights.severity[severity], reason: `${severity}, no CVSS score`, source, mark };
}

/** Known exploitation beats a forecast. What is only worth knowing gives nobody anything to exploit: that is known, and 0. */
function threat({ kev, epss, attackInArtefact, severity, source, mark }: PriorityQuestion, weights: Weights): Known | Unknown {
  const reports: Known[] = [];
  if (kev === true) reports.push({ value: 1, reason: 'known to be exploited', source: 'kev', mark: 'imported' });
  if (attackInArtefact) reports.push({ value: weights.attackInArtefact, reason: 'the attack is in the file', source, mark: 'static' });
  if (epss !== null)
    reports.push({ value: Math.sqrt(epss), reason: `EPSS ${(epss * 100).toFixed(1)} %`, source: 'epss', mark: 'imported' });
  const [strongest] = reports.sort((left, right) => right.value - left.value);
  if (strongest !== undefined) return strongest;
  return severity === 'informational' ? { value: 0, reason: 'nothing to exploit', source, mark } : { reason: 'no exploit data' };
}

function path({ severity, source, mark }: PriorityQuestion): Known | Unknown {
  return severity === 'informational' ? { value: 0, reason: 'no step of an attack', source, mark } : { reason: 'no paths computed' };
}

const exposureWords = {
  internet: 'from the internet',
  limited: 'from some networks',
  internal: 'internal only',
  isolated: 'isolated',
} as const;
function exposure({ exposure: word }: PriorityQuestion, weights: Weights): Known | Unknown {
  if (word === 'unknown') return { reason: 'who can reach it' };
  return { value: weights.exposure[word], reason: exposureWords[word], source: 'ai-assets', mark: 'declared' };
}

function data({ dataClasses }: PriorityQuestion, weights: Weights): Known | Unknown {
  let worst: { word: string; value: number } | null = null;
  for (const word of dataClasses) {
    const value = Object.hasOwn(weights.data, word) ? weights.data[word] : undefined;
    if (value !== undefined && (worst === null || value > worst.value)) worst = { word, value };
  }
  if (worst === null) return { reason: 'what data it holds' };
  return { value: worst.value, reason: `${worst.word.replaceAll('_', ' ')} data`, source: 'ai-assets', mark: 'declared' };
}

function criticality({ criticality: word }: PriorityQuestion, weights: Weights): Known | Unknown {
  if (word === null) return { reason: 'what depends on it' };
  return { value: weights.criticality[word], reason: `business impact ${word}`, source: 'ai-assets', mark: 'declared' };
}

const presenceWords = { loaded: 'loaded at run time', present: 'present in the asset', 'not-loaded': 'not loaded at run time' } as const;
function runtime({ presence, source, mark }: PriorityQuestion, weights: Weights): Known | Unknown {
  if (presence === 'unknown') return { reason: 'whether it is loaded' };
  return { value: weights.runtime[presence], reason: presenceWords[presence], source, mark };
}
