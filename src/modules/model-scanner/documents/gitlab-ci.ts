/** GitLab CI: what is included from elsewhere, what reaches the log, what a job runs in. */
import { defineDocument, type TextDocument } from '../engine/document.ts';
import type { Draft } from '../engine/reader.ts';
import type { JsonValue } from '../readers/parts/json-tokens.ts';
import { placeInside } from './github-job.ts';
import {
  environmentOf,
  imageFixity,
  listAt,
  mapAt,
  type Note,
  noteInto,
  type Path,
  textAt,
  textsOf,
  valueAt,
} from './pipeline-practice.ts';
import { notePublishing } from './pipeline-publish.ts';
import { noteShell } from './pipeline-shell.ts';

const settings = new Set([
  'default',
  'include',
  'stages',
  'variables',
  'workflow',
  'image',
  'services',
  'cache',
  'before_script',
  'after_script',
  'spec',
  'pages:deploy',
]);

export default defineDocument({
  format: 'gitlab-ci',
  role: 'config',
  syntaxes: ['yaml'],
  names: /^\.gitlab-ci(\.[a-z0-9._-]{1,60})?\.ya?ml$/,
  paths: /(^|\/)\.gitlab\/(ci\/)?[^/]+\.ya?ml$/,
  words: ['stage:', 'before_script'],
  is: ({ root, name }) => {
    if (!(root instanceof Map) || root.has('jobs') || root.has('apiVersion')) return false;
    const jobs = [...root].filter(
      ([key, job]) =>
        !settings.has(key) && (Array.isArray(valueAt(job, 'script')) || textAt(job, 'script') !== null) && !mapAt(job)?.has('runs-on'),
    );
    return /gitlab-ci/.test(name)
      ? jobs.length > 0 || root.has('include')
      : jobs.length > 0 && (root.has('stages') || jobs.some(([, job]) => textAt(job, 'stage') !== null));
  },
  read: (document, draft) => readPipeline(document, draft),
});

function readPipeline(document: TextDocument, draft: Draft): void {
  const note = noteInto(draft, 'gitlab-ci');
  const root = document.root instanceof Map ? document.root : new Map<string, JsonValue>();
  readIncludes(document, note);
  readVariables(document, ['variables'], note);
  readJob(document, [], note);
  const jobs = [...root.keys()].filter((key) => !settings.has(key)).slice(0, 500);
  draft.metadata.set('jobs', jobs.length);
  for (const name of ['default', ...jobs]) {
    readVariables(document, [name, 'variables'], note);
    readJob(document, [name], note);
  }
}

function readIncludes(document: TextDocument, note: Note): void {
  const value = valueAt(document.root, 'include');
  const items = Array.isArray(value) ? value : value === undefined ? [] : [value];
  for (const [index, item] of items.slice(0, 200).entries()) {
    const where = document.placeOf(Array.isArray(value) ? ['include', index] : ['include']);
    const remote = typeof item === 'string' && /^https?:\/\//.test(item) ? item : textAt(item, 'remote');
    if (remote !== null && textAt(item, 'integrity') === null)
      note({
        code: remote.startsWith('http://') ? 'remote-script-plain' : 'remote-include',
        detail: 'Jobs are taken from an address whose content nothing fixes.',
        text: remote,
        where,
      });
    const project = textAt(item, 'project');
    const reference = textAt(item, 'ref');
    if (project !== null && (reference === null || !/^[0-9a-f]{40}$|^v?\d+\.\d+/.test(reference)))
      note({
        code: 'mutable-include',
        detail: 'Jobs are taken from a branch of another project.',
        text: `${project}@${reference ?? 'default branch'}`,
        where,
      });
    const component = textAt(item, 'component');
    if (component !== null && /@(~latest|main|master)$/.test(component))
      note({ code: 'mutable-include', detail: 'The newest version of a component is taken, whatever it is.', text: component, where });
  }
}

function readVariables(document: TextDocument, path: Path, note: Note): void {
  for (const [name, value] of environmentOf(valueAt(document.root, ...path))) {
    const where = document.placeOf([...path, name]);
    const text = `${name}: ${value}`;
    if (name === 'CI_DEBUG_TRACE' && /^true$/i.test(value))
      note({ code: 'secret-in-log', detail: 'The job’s log shows every variable with its value.', text, where });
    if (name === 'DOCKER_HOST' && /^tcp:\/\/.*:2375/.test(value))
      note({ code: 'runtime-without-tls', detail: 'The container runtime is reached without TLS.', text, where });
    if (name === 'GIT_SSL_NO_VERIFY' && /^(1|true)$/i.test(value))
      note({ code: 'certificate-check-off', detail: 'Turns off the check of the server’s certificate.', text, where });
  }
}

/** Variables that whoever opens a merge request or pushes a branch writes. @source GitLab, predefined CI/CD variables. */
const strangers = String.raw`\$\{?(?:CI_COMMIT_(?:MESSAGE|TITLE|DESCRIPTION|REF_NAME|BRANCH|TAG_MESSAGE|AUTHOR)|CI_MERGE_REQUEST_(?:TITLE|DESCRIPTION|SOURCE_BRANCH_NAME|LABELS)|CI_EXTERNAL_PULL_REQUEST_SOURCE_BRANCH_NAME)\b`;
const evaluated = new RegExp(
  String.raw`(?:\beval\b|\b(?:ba|z|da)?sh\s+-c|\bpython3?\s+-c|\bnode\s+-e|\bperl\s+-e|\bssh\s)[^\n]{0,200}${strangers}[^\n]{0,60}`,
  'g',
);
const printed =
  /(?:^|[\n;&|]\s*)(?:echo|printf)\b[^\n]{0,200}\$\{?(?:CI_JOB_TOKEN|CI_DEPLOY_PASSWORD|CI_REGISTRY_PASSWORD|[A-Z_]*(?:TOKEN|SECRET|PASSWORD|API_KEY))\b[^\n]{0,80}|(?:^|[\n;&|]\s*)(?:printenv|env|export\s+-p)\s*(?:$|\n|\|\s*(?:sort|cat))/g;
const tokenSent = /(?:JOB-TOKEN:|job_token=|gitlab-ci-token:)\s?["']?\$\{?CI_JOB_TOKEN\}?[^\n]{0,200}/g;

function readJob(document: TextDocument, path: Path, note: Note): void {
  const job = valueAt(document.root, ...path);
  readImages(document, path, note);
  for (const key of ['script', 'before_script', 'after_script']) {
    const text = textsOf(valueAt(job, key)).join('\n');
    if (text === '') continue;
    const place = (needle: string) => placeInside(document, [...path, key], needle);
    noteShell(text, note, (at) => place(text.slice(at, at + 60)));
    for (const [found] of text.matchAll(evaluated))
      note({ code: 'expression-injection', detail: 'Text that a stranger writes is run as a program.', text: found, where: place(found) });
    for (const [found] of text.matchAll(printed))
      if (!/>>?\s*["']?[$~./\w]|--password-stdin|\|\s*(docker|podman|helm|skopeo|crane|base64\s+-d|gpg)/.test(found))
        note({
          code: 'secret-in-log',
          detail: 'Secrets are printed into the log.',
          text: found,
          where: place(found.trim()),
          certainty: 'possible',
        });
    for (const [found] of text.matchAll(tokenSent))
      if (/http:\/\//.test(found))
        note({ code: 'token-over-http', detail: 'The job’s token is sent over http.', text: found, where: place(found) });
    notePublishing([text], document.text, (_, practice) => note({ ...practice, where: document.placeOf([...path, key]) }));
  }
  for (const group of ['artifacts', 'cache'])
    for (const [index, file] of listAt(job, group, 'paths').entries())
      if (/(^|\/)(\.env(\.[\w-]+)?|\.aws|\.docker|\.netrc|\.npmrc|\.pypirc|\.ssh|\.kube|\.git-credentials)(\/|$)/.test(String(file)))
        note({
          code: 'secret-in-cache',
          detail: 'Files that usually hold secrets are kept where others get them.',
          text: String(file),
          where: document.placeOf([...path, group, 'paths', index]),
        });
}

function readImages(document: TextDocument, path: Path, note: Note): void {
  const job = valueAt(document.root, ...path);
  const image = textAt(job, 'image') ?? textAt(job, 'image', 'name');
  if (image !== null && imageFixity(image) === 'latest')
    note({
      code: 'mutable-image',
      detail: 'The job runs in whatever image is newest.',
      text: image,
      where: document.placeOf([...path, 'image']),
    });
}
