/** After the walk: the licence of a model against those of the models and data sets it was made from, where both were scanned. */
import type { Finding } from '../../../contract/finding.ts';
import licenceConflict from '../detectors/licence-conflict.ts';
import type { LicenceFact, LicenceTerms } from '../engine/artefact.ts';
import { artefactWithPractices } from '../engine/artefact-practices.ts';
import type { FileReport } from '../engine/file-report.ts';
import { findingOf } from '../engine/make-finding.ts';
import { verdictOf, verdictOrder } from '../engine/verdict.ts';

type Card = { readonly report: FileReport; readonly licence: LicenceFact; readonly repository: string };

/** How little a licence leaves free. Unknown terms contradict nothing. */
const strictness: ReadonlyMap<LicenceTerms, number> = new Map([
  ['permissive', 0],
  ['copyleft', 1],
  ['use-restricted', 1],
  ['non-commercial', 2],
  ['research-only', 3],
]);

/**
 * Adds a finding to each card whose licence is freer than that of a model or data set it was made from, through any number of steps, as far as
 * their cards were scanned too.
 * @param reports of one scan. @returns them in the same order. Pure; O(cards² · parents).
 */
export function checkedLicences(reports: readonly FileReport[]): FileReport[] {
  const cards = reports.flatMap((report): Card[] => {
    const licence = report.licences.find(({ source }) => source === 'card');
    return report.format === 'model-card' && licence !== undefined ? [{ report, licence, repository: repositoryOf(report.path) }] : [];
  });
  if (cards.length < 2) return [...reports];
  const freer = new Map(cards.map((card) => [card.report, conflictsOf(card, cards)]));
  return reports.map((report) => withConflicts(report, freer.get(report) ?? []));
}

/** `…/models--org--name/snapshots/<revision>` and `…/org/name` are both `org/name`. */
function repositoryOf(path: string): string {
  const folder = path.slice(0, Math.max(0, path.lastIndexOf('/')));
  const cached = /(?:^|\/)(?:models|datasets)--([^/]{1,100})\/snapshots\/[^/]{1,100}$/.exec(folder)?.[1];
  return cached === undefined ? folder : cached.replace('--', '/');
}

function conflictsOf({ report, licence }: Card, cards: readonly Card[]): Card[] {
  const own = strictness.get(licence.terms);
  if (own === undefined) return [];
  return ancestorsOf(report, cards).filter((card) => (strictness.get(card.licence.terms) ?? -1) > own);
}

const mostAncestors = 100;

/** What it was made from, and what that was made from; the nearest first. */
function ancestorsOf(report: FileReport, cards: readonly Card[]): Card[] {
  const found = new Set<Card>();
  for (const card of parentsOf(report, cards)) found.add(card);
  for (const card of found) {
    if (found.size >= mostAncestors) break;
    for (const parent of parentsOf(card.report, cards)) if (parent.report !== report) found.add(parent);
  }
  return [...found];
}

function parentsOf(report: FileReport, cards: readonly Card[]): Card[] {
  const names = [report.metadata['base_model'], report.metadata['datasets']].flatMap((one) =>
    typeof one === 'string' ? one.split(', ') : [],
  );
  return names.flatMap(
    (name) => cards.find((card) => card.report !== report && (card.repository === name || card.repository.endsWith(`/${name}`))) ?? [],
  );
}

const asWritten = { redacted: (text: string) => text };

function withConflicts(report: FileReport, parents: readonly Card[]): FileReport {
  const own = report.licences.find(({ source }) => source === 'card');
  if (parents.length === 0 || own === undefined) return report;
  const practices = parents.map(({ repository, licence }) => ({
    subject: 'repository' as const,
    code: 'licence-conflict',
    detail: `The card says ${own.expression}; ${repository}, which it was made from, is under ${licence.expression} (${licence.terms}).`,
    text: `${repository}: ${licence.expression}`,
    certainty: 'proved' as const,
    where: own.where,
  }));
  const artefact = artefactWithPractices(practices, own.where);
  return withFindings(
    report,
    licenceConflict.detect(artefact).map((detection) => findingOf(licenceConflict, detection, asWritten)),
  );
}

/** What is known of a file from beside it; its verdict only ever gets worse. */
export function withFindings(report: FileReport, findings: readonly Finding[]): FileReport {
  const verdict = verdictOf(findings, [], true);
  const isWorse = verdictOrder.indexOf(verdict) < verdictOrder.indexOf(report.verdict) && verdict !== 'clean';
  return { ...report, findings: [...report.findings, ...findings], verdict: isWorse ? verdict : report.verdict };
}
