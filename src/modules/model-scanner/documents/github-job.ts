/** Jobs and steps of a GitHub workflow. */
import type { Where } from '../../../contract/finding.ts';
import type { TextDocument } from '../engine/document.ts';
import type { JsonValue } from '../readers/parts/json-tokens.ts';
import { expressionsIn, sourceOf, taintedNames } from './github-expressions.ts';
import { noteAction } from './github-pins.ts';
import { noteSecretUse } from './github-secrets.ts';
import { environmentOf, listAt, mapAt, type Note, type Path, textAt, textsOf, valueAt } from './pipeline-practice.ts';
import { notePublishing } from './pipeline-publish.ts';
import { noteShell } from './pipeline-shell.ts';

export type JobReading = {
  readonly document: TextDocument;
  readonly note: Note;
  readonly triggers: ReadonlySet<string>;
  /** Names in `env` that hold text of strangers. */
  readonly tainted: ReadonlySet<string>;
  readonly text: string;
};

/** They run with the secrets and the token of the repository, although a stranger sets them off. */
const privileged = [
  'pull_request_target',
  'workflow_run',
  'issue_comment',
  'issues',
  'discussion',
  'discussion_comment',
  'pull_request_review',
  'pull_request_review_comment',
];
const publicInput = [...privileged, 'pull_request', 'fork', 'watch'];
const mostSteps = 500;

export function readJob(path: Path, reading: JobReading): void {
  const { document, note, triggers } = reading;
  const job = valueAt(document.root, ...path);
  const called = textAt(job, 'uses');
  if (called !== null) {
    noteAction(called, note, document.placeOf([...path, 'uses']));
    if (textAt(job, 'secrets') === 'inherit' && !called.startsWith('./'))
      note({
        code: 'secrets-inherit',
        detail: 'Every secret of the repository is handed to a workflow of somebody else.',
        text: called,
        where: document.placeOf([...path, 'secrets']),
      });
    return;
  }
  const runners = textsOf(valueAt(job, 'runs-on')).concat(textsOf(valueAt(job, 'runs-on', 'labels')));
  const open = publicInput.filter((trigger) => triggers.has(trigger));
  if (runners.some((label) => /^self-hosted$/i.test(label)) && open.length > 0)
    note({
      code: 'self-hosted-public',
      detail: `Strangers set off work on a machine of ours (${open.join(', ')}).`,
      text: runners.join(', '),
      where: document.placeOf([...path, 'runs-on']),
      certainty: 'possible',
    });
  const tainted = new Set([...reading.tainted, ...taintedNames(environmentOf(valueAt(job, 'env')))]);
  readSteps([...path, 'steps'], { ...reading, tainted });
}

export function readSteps(path: Path, reading: JobReading): void {
  const { document, note } = reading;
  const steps = listAt(document.root, ...path).slice(0, mostSteps);
  for (const [index, step] of steps.entries()) readStep([...path, index], step, reading);
  readCheckout(path, steps, reading);
  readArtefacts(path, steps, reading);
  notePublishing(
    steps.map((step) => `${textAt(step, 'run') ?? ''}\n${textAt(step, 'uses') ?? ''}`),
    reading.text,
    (index, practice) => note({ ...practice, where: document.placeOf([...path, index]) }),
  );
}

function readStep(path: Path, step: JsonValue, reading: JobReading): void {
  const { document, note } = reading;
  const uses = textAt(step, 'uses');
  if (uses !== null) noteAction(uses, note, document.placeOf([...path, 'uses']));
  const tainted = new Set([...reading.tainted, ...taintedNames(environmentOf(valueAt(step, 'env')))]);
  const script = uses !== null && /^actions\/github-script@/.test(uses) ? 'script' : null;
  const sinks: Path[] = [['run'], ...(script === null ? [] : [['with', script]])];
  for (const sink of sinks) {
    const text = textAt(step, ...sink);
    if (text === null) continue;
    const place = (needle: string) => placeInside(document, [...path, ...sink], needle);
    readInjection(text, tainted, { reading, place, isScript: script !== null });
    noteSecretUse(text, note, place);
    if (sink[0] === 'run') noteShell(text, note, (at) => place(text.slice(at, at + 60)));
  }
  readStepFiles(path, step, reading);
}

type Sink = { readonly reading: JobReading; readonly place: (needle: string) => Where; readonly isScript: boolean };

function readInjection(text: string, tainted: ReadonlySet<string>, { reading: { note, triggers }, place, isScript }: Sink): void {
  for (const { text: expression, written } of expressionsIn(text)) {
    const source = sourceOf(expression, tainted);
    if (source === null) continue;
    const where = place(written);
    if (source === 'insider') {
      // Whoever may start it writes the value: less, but a shared workflow is started for others.
      note({
        code: 'input-in-shell',
        detail: 'A value that is typed in, or a name of a file, becomes part of a script before it runs.',
        text: written,
        where,
        certainty: 'possible',
      });
      continue;
    }
    const isPrivileged =
      privileged.some((trigger) => triggers.has(trigger)) ||
      triggers.has('workflow_call') ||
      triggers.has('push') ||
      triggers.has('composite');
    note({
      code: isPrivileged ? 'expression-injection' : 'expression-injection-unprivileged',
      detail: `Text that a stranger writes becomes part of a ${isScript ? 'program' : 'shell script'} before it runs.`,
      text: written,
      where,
    });
  }
}

const head =
  /github\.event\.pull_request\.head\.(sha|ref|repo)|github\.head_ref|refs\/pull\/|github\.event\.workflow_run\.(head_sha|head_branch|head_repository)|github\.event\.pull_request\.merge_commit_sha|(steps|needs)\.[\w.-]*(head|pr)[\w-]*\.?(sha|ref)?/i;
const runsCode =
  /\b(npm|pnpm|yarn|bun)\s+(i|ci|install|run|test)\b|\bpip3?\s+install\b|\bpoetry\s+install\b|\buv\s+(sync|pip|run)\b|\bmake\b|\bpython3?\s|\bpytest\b|\btox\b|\bnox\b|\bbash\s|(^|\s)\.\/|\bcargo\b|\bgo\s+(test|run|build|generate)\b|\bmvn\b|\bgradle|\bdocker\s+(build|compose)\b|\bpre-commit\b|\bdvc\s+repro\b/m;

/** Code of a stranger is fetched where secrets are: running any of it hands them over. @source GitHub Security Lab, "Preventing pwn requests". */
function readCheckout(path: Path, steps: readonly JsonValue[], { document, note, triggers }: JobReading): void {
  const dangerous = ['pull_request_target', 'workflow_run', 'issue_comment'].filter((trigger) => triggers.has(trigger));
  if (dangerous.length === 0) return;
  for (const [index, step] of steps.entries()) {
    const uses = textAt(step, 'uses') ?? '';
    const asked = `${textAt(step, 'with', 'ref') ?? ''} ${textAt(step, 'with', 'repository') ?? ''}`;
    const run = textAt(step, 'run') ?? '';
    const byAction = /^actions\/checkout@/.test(uses) && head.test(asked);
    const byShell =
      /\bgh\s+pr\s+checkout\b|git\s+(fetch|pull)\s[^\n]{0,100}(pull\/|head_ref|HEAD_REF)|git\s+checkout\s[^\n]{0,80}(head\.sha|head_ref|HEAD_SHA)/.test(
        run,
      );
    if (!byAction && !byShell) continue;
    const behind = [run, ...steps.slice(index + 1).map((later) => textAt(later, 'run') ?? '')];
    const isRun =
      behind.some((text) => runsCode.test(text)) || steps.slice(index + 1).some((later) => (textAt(later, 'uses') ?? '').startsWith('./'));
    note({
      code: isRun ? 'untrusted-code-run' : 'untrusted-checkout',
      detail: `${dangerous.join(', ')} runs with the secrets of the repository and fetches the code of a stranger${isRun ? ', which later steps run' : ''}.`,
      text: byAction ? `${uses} with ${asked.trim()}` : run,
      where: document.placeOf([...path, index]),
      certainty: isRun ? 'proved' : 'possible',
    });
  }
}

/** What a run without rights left behind is taken in by a run with rights. */
function readArtefacts(path: Path, steps: readonly JsonValue[], { document, note, triggers }: JobReading): void {
  if (!triggers.has('workflow_run')) return;
  for (const [index, step] of steps.entries()) {
    const uses = textAt(step, 'uses') ?? '';
    const script = `${textAt(step, 'run') ?? ''}\n${textAt(step, 'with', 'script') ?? ''}`;
    const takes =
      /^(actions\/download-artifact|dawidd6\/action-download-artifact)@/.test(uses) ||
      /gh\s+run\s+download|downloadArtifact\b/.test(script);
    if (!takes) continue;
    const used = steps.slice(index + 1).some((later) => {
      const run = textAt(later, 'run') ?? '';
      return runsCode.test(run) || />>\s*"?\$\{?GITHUB_(ENV|PATH|OUTPUT)|\b(source|eval|unzip|tar)\b/.test(run);
    });
    note({
      code: 'untrusted-artefact',
      detail: 'A workflow with rights takes in files that a workflow of a stranger’s pull request may have made.',
      text: uses === '' ? script : uses,
      where: document.placeOf([...path, index]),
      certainty: used ? 'proved' : 'possible',
    });
  }
}

const secretPaths =
  /(^|[\s/~])(\.env(\.[\w-]+)?|\.aws|\.docker|\.netrc|\.npmrc|\.pypirc|\.ssh|\.kube|\.git-credentials|\.kaggle|credentials(\.json)?)(\/|\s|$)/m;

/** Caches and artefacts outlive the run, and others read them. */
function readStepFiles(path: Path, step: JsonValue, { document, note, text }: JobReading): void {
  const uses = textAt(step, 'uses') ?? '';
  const files = textAt(step, 'with', 'path') ?? '';
  if (!/^actions\/(cache|cache\/save|upload-artifact)@/.test(uses)) return;
  const where = document.placeOf([...path, 'with', 'path']);
  if (secretPaths.test(files))
    note({
      code: 'secret-in-cache',
      detail: 'Files that usually hold secrets are kept where other runs, and readers of the repository, get them.',
      text: files,
      where,
    });
  const wholeFolder = /^\s*(\.|\.\/|\$\{\{\s*github\.workspace\s*\}\}\/?)\s*$/m.test(files);
  if (
    /upload-artifact/.test(uses) &&
    wholeFolder &&
    !/persist-credentials:\s*false/.test(text) &&
    textAt(step, 'with', 'include-hidden-files') === 'true'
  )
    note({
      code: 'secret-in-cache',
      detail: 'The whole folder, with the token in .git, becomes an artefact that others can read.',
      text: files,
      where,
      certainty: 'possible',
    });
  if (mapAt(step, 'with') === null) return;
}

/** The place of some text inside a value: block text begins lines below its key. */
export function placeInside(document: TextDocument, path: Path, needle: string): Where {
  const outer = document.placeOf(path);
  const line = needle.split('\n', 1)[0]?.trim().slice(0, 80) ?? '';
  if (line === '' || outer.line === undefined) return outer;
  let from = 0;
  for (let count = 1; count < outer.line; count++) {
    const next = document.text.indexOf('\n', from);
    if (next < 0) return outer;
    from = next + 1;
  }
  const at = document.text.indexOf(line, from);
  return at < 0 || at - from > 100_000 ? outer : document.placeAt(at, line.length);
}
