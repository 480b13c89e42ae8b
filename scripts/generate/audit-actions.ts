/** The closed list of what the audit log can say was done: every product endpoint, every job, and what code records besides. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Endpoint } from '../../src/contract/endpoint.ts';
import { listFiles } from '../files.ts';
import { fileText, type GeneratedFile, type Generator, listConstant, notice, quote } from './generated.ts';

const folder = 'src/modules/audit-logs/actions';
export type SpokenActions = {
  /** What actions say of what happened: of all that no endpoint and no job brings, and of others instead of their summary. */
  readonly spokenActions: Readonly<Record<string, string>>;
  /** Files whose records name their action by a variable, and what it can be. */
  readonly namedElsewhere: Readonly<Record<string, readonly string[]>>;
};

/** Imported when asked, not at the top: the list of contracts may have been written a moment ago. */
export const auditActions: Generator = {
  name: 'audit actions',
  files: async (base) => (existsSync(join(base, folder, 'spoken-actions.ts')) ? [await actionsFile(base)] : []),
};

async function actionsFile(base: string): Promise<GeneratedFile> {
  const { endpoints } = await load<{ readonly endpoints: readonly Endpoint[] }>(base, 'src/apps/contracts.generated.ts');
  const spoken = await load<SpokenActions>(base, `${folder}/spoken-actions.ts`);
  const sources = new Map(sourcesOf(base).map((path) => [path, readFileSync(join(base, path), 'utf8')]));
  const sentences = compiledActions(endpoints, spoken, sources);
  const rows = [...sentences]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([action, says]) => `[${quote(action)}, ${quote(says)}]`);
  return {
    path: `${folder}/actions.generated.ts`,
    text: fileText(notice, listConstant('auditActions: readonly (readonly [action: string, sentence: string])[]', rows)),
  };
}

/** What ships: no tests, no benches, nothing generated. */
const sourcesOf = (base: string): string[] =>
  listFiles(base, ['src']).filter(
    (path) => path.endsWith('.ts') && !/\.(test|bench|generated)\.ts$|\/test-[^/]*\.ts$|\/testing\//.test(path),
  );

type Said = Pick<Endpoint, 'door' | 'audit' | 'reading' | 'tag' | 'operation' | 'summary'>;
/**
 * Actions with their sentences. Pure.
 * @param sources text of each shipped file by its path
 * @throws Error that names every action that is used and not in the list, and every one in the list that nothing uses
 */
export function compiledActions(
  endpoints: readonly Said[],
  { spokenActions, namedElsewhere }: SpokenActions,
  sources: ReadonlyMap<string, string>,
): Map<string, string> {
  const complaints: string[] = [];
  const brought = new Map<string, string>();
  const read = new Set<string>();
  const used = new Set(Object.values(namedElsewhere).flat());
  for (const [path, text] of sources) {
    for (const kind of jobKinds(text)) addFirst(brought, kind, `Background work ended: ${kind.replace('.', ', ').replaceAll('-', ' ')}`);
    for (const action of recordedIn(text)) {
      if (action !== null) used.add(action);
      else if (namedElsewhere[path] === undefined)
        complaints.push(`${path} records an action by a variable: say in spoken-actions.ts what it can be.`);
    }
  }
  for (const { door, audit, reading, tag, operation, summary } of endpoints) {
    if (door === 'product') addFirst(brought, audit === false ? `${tag}.${operation}` : audit, said(summary, audit === false));
    // What was read is said of what happened, not of what can be asked for.
    if (reading !== false) read.add(reading.action ?? `${tag}.${operation}`);
  }
  for (const action of Object.keys(spokenActions))
    if (!used.has(action) && !read.has(action) && !brought.has(action))
      complaints.push(`Nothing records ${action}: take it out of spoken-actions.ts.`);
  for (const action of [...used, ...read])
    if ((read.has(action) || !brought.has(action)) && spokenActions[action] === undefined)
      complaints.push(`${action} is recorded and has no sentence in spoken-actions.ts.`);
  if (complaints.length > 0) throw new Error(complaints.join('\n'));
  return new Map([...brought, ...Object.entries(spokenActions)]);
}

/** A reading that was refused leaves an entry too, under the name of what was refused; of it no more is known than what was asked for. */
const said = (summary: string, isReading: boolean): string =>
  isReading ? `Asked for: ${summary.replace(/^[A-Z](?=[a-z ])/, (letter) => letter.toLowerCase())}` : summary;

function addFirst(sentences: Map<string, string>, action: string, sentence: string): void {
  if (!sentences.has(action)) sentences.set(action, sentence);
}

const name = String.raw`[a-z0-9-]+(?:\.[a-z0-9_-]+)+`;
const jobKind = new RegExp(String.raw`\bdefineJob\([^;]{0,400}?\bkind: '(${name})'`, 'g');
const jobKinds = (text: string): string[] => [...text.matchAll(jobKind)].map(([, kind = '']) => kind);

const call = /\baudit\.record\(([^;]{0,300})/g;
const draft = new RegExp(String.raw`: PendingEntry = \{[^;]{0,300}?\baction: '(${name})'`, 'g');
const literal = new RegExp(String.raw`^\s*\{[^}]{0,80}?\baction: '(${name})'`);

/** What a file records; null for a record whose action is no literal. */
function recordedIn(text: string): (string | null)[] {
  const records = [...text.matchAll(call)].map(([, given = '']) => literal.exec(given)?.[1] ?? null);
  return [...records, ...[...text.matchAll(draft)].map(([, action = '']) => action)];
}

async function load<T>(base: string, path: string): Promise<T> {
  // A file of ours with a known face; the import cannot be static because generation may have just written what it imports.
  return (await import(pathToFileURL(join(base, path)).href)) as T;
}
