/** Files that an artefact of the same folder has imported: what they do counts for the model. Pure. */
import type { ActivationFact } from '../engine/artefact.ts';
import type { FileReport, FoundBytes } from '../engine/file-report.ts';
import { verdictOf, verdictOrder } from '../engine/verdict.ts';

/** Rules about source whose findings grow when a loader imports the file. */
const grows = new Set(['python-acts-on-load', 'python-hostile-code', 'python-disguised-call', 'compiled-python', 'script-hostile-code']);

/**
 * Raises the findings of every file that a configuration, a manifest or another activated file has imported.
 *
 * @param reports of all files of one scan; activations name files relative to the folder they stand in, inside the same container.
 * @returns the same reports in the same order; those with an activated part carry raised findings, the sentence that says who activates
 * them, and the verdict that follows. A verdict is never lowered.
 */
export function withActivations(reports: readonly FileReport[]): FileReport[] {
  const facts = reports.flatMap(({ activations }) => activations);
  if (facts.length === 0) return [...reports];
  const loading = facts.filter(({ builds }) => builds !== true);
  const known = () => placesOf(reports);
  const loaded = activatedPlaces(loading, known);
  // Whoever is loaded by a model as well is judged as that.
  const activated = new Map(
    [...activatedPlaces(facts, known)].map(([place, by]): [string, Activated] => [
      place,
      { by: loaded.get(place) ?? by, builds: !loaded.has(place) },
    ]),
  );
  if (activated.size === 0) return [...reports];
  return reports.map((report) => raisedReport(report, activated));
}

type Activated = { readonly by: string; readonly builds: boolean };

/** Every place that anything is said about: what a pattern may mean. */
function placesOf(reports: readonly FileReport[]): Set<string> {
  const places = new Set(reports.map(({ path }) => JSON.stringify([path])));
  for (const { findings, activations } of reports)
    for (const { where } of [...findings, ...activations]) places.add(JSON.stringify(where.containerPath));
  return places;
}

/** Place of an activated file → who activates it. Imports count only from files that are activated themselves. */
function activatedPlaces(facts: readonly ActivationFact[], known: () => ReadonlySet<string>): ReadonlyMap<string, string> {
  const places = new Map<string, string>();
  const waiting: string[] = [];
  const imports = new Map<string, ActivationFact[]>();
  const add = (key: string, by: string) => {
    if (places.has(key)) return;
    places.set(key, by);
    waiting.push(key);
  };
  for (const fact of facts) {
    if (fact.onlyWhenActivated === true) {
      const from = JSON.stringify(fact.where.containerPath);
      imports.set(from, [...(imports.get(from) ?? []), fact]);
    } else for (const key of fact.file.includes('*') ? matching(fact, known()) : targetsOf(fact)) add(key, fact.by);
  }
  for (let key = waiting.pop(); key !== undefined; key = waiting.pop())
    for (const fact of imports.get(key) ?? [])
      for (const target of targetsOf(fact)) add(target, `${fact.by}, itself activated by ${places.get(key) ?? ''}`);
  return places;
}

/** A folder written as `*` is any folder: versions of a model, of which the server chooses. */
function matching(fact: ActivationFact, known: ReadonlySet<string>): string[] {
  const patterns = targetsOf(fact).map((target) => target.split('*'));
  return [...known].filter((place) => patterns.some((parts) => fitsParts(place, parts)));
}

/** The parts in their order, with no folder boundary between them. */
function fitsParts(place: string, parts: readonly string[]): boolean {
  const [first = '', ...rest] = parts;
  if (!place.startsWith(first)) return false;
  let at = first.length;
  for (const [index, part] of rest.entries()) {
    const found = index === rest.length - 1 ? place.length - part.length : place.indexOf(part, at + 1);
    if (found <= at || !place.startsWith(part, found) || place.slice(at, found).includes('/')) return false;
    at = found + part.length;
  }
  return at === place.length;
}

/** `helper.py` may also be the package `helper/__init__.py`, or stand there compiled only. */
function targetsOf({ file, where }: ActivationFact): string[] {
  const outer = where.containerPath.slice(0, -1);
  const own = where.containerPath.at(-1) ?? '';
  const path = joined(own.slice(0, Math.max(0, own.lastIndexOf('/'))), file);
  if (path === null) return [];
  const asPackage = path.endsWith('.py') ? [`${path.slice(0, -3)}/__init__.py`, `${path}c`] : [];
  return [path, ...asPackage].map((target) => JSON.stringify([...outer, target]));
}

/** Null for a path that leaves the scanned folder. */
function joined(folder: string, file: string): string | null {
  const parts = folder === '' ? [] : folder.split('/');
  for (const part of file.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return null;
  }
  return parts.join('/');
}

function raisedReport(report: FileReport, activated: ReadonlyMap<string, Activated>): FileReport {
  let changed = false;
  const findings = report.findings.map((finding) => {
    const by = grows.has(finding.ruleId) ? activated.get(JSON.stringify(finding.where.containerPath)) : undefined;
    if (by === undefined || (by.builds && finding.ruleId === 'python-acts-on-load')) return finding;
    changed = true;
    return raised(finding, by.by);
  });
  const known = activated.get(JSON.stringify([report.path]));
  const role = report.role ?? (known === undefined ? null : 'code');
  if (!changed) return role === report.role ? report : { ...report, role };
  const verdict = verdictOf(findings, [], true);
  return {
    ...report,
    role,
    findings,
    verdict: verdictOrder.indexOf(verdict) < verdictOrder.indexOf(report.verdict) ? verdict : report.verdict,
  };
}

function raised(finding: FoundBytes, by: string): FoundBytes {
  const why = `${finding.why} The file is activated by ${by}.`.slice(0, 4000);
  // What compiled code does is not read: somebody has to decide.
  if (finding.ruleId === 'compiled-python') return { ...finding, severity: 'medium', why };
  if (finding.ruleId !== 'python-acts-on-load') return { ...finding, severity: 'critical', why };
  const severe = finding.effect === 'exec' || finding.effect === 'native-load';
  return {
    ...finding,
    axis: 'effect',
    severity: severe ? 'critical' : 'high',
    why,
    title: 'Loading the model runs source that acts outside',
  };
}
