/** GitHub workflows and composite actions: what strangers can make them do, and whom they trust. */
import { defineDocument, type TextDocument } from '../engine/document.ts';
import type { Draft } from '../engine/reader.ts';
import type { JsonValue } from '../readers/parts/json-tokens.ts';
import { taintedNames } from './github-expressions.ts';
import { type JobReading, readJob, readSteps } from './github-job.ts';
import { environmentOf, mapAt, type Note, noteInto, textAt, textsOf, valueAt } from './pipeline-practice.ts';

export default defineDocument({
  format: 'github-workflow',
  role: 'config',
  syntaxes: ['yaml'],
  paths: /(^|\/)\.(github|gitea|forgejo)\/workflows\/[^/]+\.ya?ml$/,
  words: ['runs-on', 'runs:', 'workflow_call'],
  is: ({ root }) => isWorkflow(root) || isAction(root),
  read: (document, draft) => readWorkflow(document, draft),
});

function isWorkflow(root: JsonValue): boolean {
  const jobs = mapAt(root, 'jobs');
  return (
    jobs !== null &&
    valueAt(root, 'on') !== undefined &&
    [...jobs.values()].some((job) => valueAt(job, 'runs-on') !== undefined || textAt(job, 'uses') !== null)
  );
}

function isAction(root: JsonValue): boolean {
  return textAt(root, 'runs', 'using') === 'composite' && Array.isArray(valueAt(root, 'runs', 'steps'));
}

function readWorkflow(document: TextDocument, draft: Draft): void {
  const note = noteInto(draft, 'github-workflow');
  const { root } = document;
  if (isAction(root)) {
    draft.format = 'github-action';
    readSteps(['runs', 'steps'], { document, note, triggers: new Set(['composite']), tainted: new Set(), text: document.text });
    return;
  }
  const triggers = triggersOf(valueAt(root, 'on'));
  draft.metadata.set('triggers', [...triggers].join(', ').slice(0, 300));
  const jobs = mapAt(root, 'jobs') ?? new Map<string, JsonValue>();
  draft.metadata.set('jobs', jobs.size);
  const reading: JobReading = { document, note, triggers, tainted: taintedNames(environmentOf(valueAt(root, 'env'))), text: document.text };
  readPermissions(document, ['permissions'], note);
  if (!mapAt(root)?.has('permissions') && [...jobs.values()].some((job) => !mapAt(job)?.has('permissions')))
    note({
      code: 'no-permissions',
      detail: 'No permissions are set: the token has what the repository’s settings give.',
      text: 'permissions',
      where: document.placeOf(['jobs']),
      certainty: 'possible',
    });
  for (const name of [...jobs.keys()].slice(0, 500)) {
    readPermissions(document, ['jobs', name, 'permissions'], note);
    readJob(['jobs', name], reading);
  }
  readUnsecure(document, note);
}

export function triggersOf(value: JsonValue | undefined): Set<string> {
  if (value instanceof Map) return new Set(value.keys());
  return new Set(textsOf(value));
}

function readPermissions(document: TextDocument, path: readonly string[], note: Note): void {
  if (textAt(document.root, ...path) === 'write-all')
    note({
      code: 'write-all',
      detail: 'The token may change everything in the repository.',
      text: 'permissions: write-all',
      where: document.placeOf(path),
    });
}

function readUnsecure(document: TextDocument, note: Note): void {
  const at = document.text.search(/ACTIONS_ALLOW_UNSECURE_COMMANDS:\s*["']?true/);
  if (at >= 0)
    note({
      code: 'unsecure-commands',
      detail: 'Lets any output of a step set variables and paths of the steps behind it.',
      text: 'ACTIONS_ALLOW_UNSECURE_COMMANDS: true',
      where: document.placeAt(at, 30),
    });
}
