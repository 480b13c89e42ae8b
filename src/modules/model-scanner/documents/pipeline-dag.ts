/** Pipelines written in Python (Airflow, Kubeflow), as far as their text shows it: values of a run inside shell commands, rights of their pods. */
import type { Where } from '../../../contract/finding.ts';
import type { Draft } from '../engine/reader.ts';
import { type Note, noteInto } from './pipeline-practice.ts';
import { noteShell } from './pipeline-shell.ts';

/** The text imports a library whose programs are pipelines. */
export function isPipelineSource(text: string): boolean {
  return /^[ \t]*(?:from|import)[ \t]+(?:airflow|kfp|hera)\b/m.test(text);
}

type Rule = { readonly code: string; readonly detail: string; readonly pattern: RegExp; readonly unless?: RegExp };

/** Linear; each ends within one call's argument. */
const rules: readonly Rule[] = [
  {
    code: 'privileged',
    detail: 'The step’s container has every right on its node.',
    pattern: /\bprivileged\s*=\s*True\b|["']privileged["']\s*:\s*True\b/g,
  },
  {
    code: 'runtime-socket',
    detail: 'The step commands the host’s container runtime.',
    pattern: /["'][^"'\n]{0,100}\/(?:docker|containerd)\.sock\b[^"'\n]{0,100}["']/g,
    unless: /docker_url/,
  },
  {
    code: 'host-path',
    detail: 'A system folder of the node is mounted into the step.',
    pattern:
      /\b(?:V1HostPathVolumeSource\(|host_path\s*=\s*\{?)[^\n]{0,100}["']?path["']?\s*[=:]\s*["'](?:\/|\/(?:etc|root|proc|sys|dev|run|var\/run|var\/lib\/(?:docker|kubelet|containerd)|home|usr)\/?)["']/g,
  },
  {
    code: 'runtime-without-tls',
    detail: 'The container runtime is reached without TLS.',
    pattern: /docker_url\s*=\s*["']tcp:\/\/[^"'\n]{1,200}:2375/g,
  },
  {
    code: 'plain-http-data',
    detail: 'Data is fetched over http: anyone on the way can change it.',
    pattern:
      /(?:requests\.get|urlopen|urlretrieve|read_csv|read_parquet|read_json|wget\.download)\(\s*[frbFRB]{0,2}["']http:\/\/(?!localhost|127\.)[^"'\n]{1,300}/g,
  },
  { code: 'run-as-user-root', detail: 'The task runs as root.', pattern: /\brun_as_user\s*=\s*(?:["']root["']|0)\b/g },
];

type PlaceAt = (offset: number, length?: number) => Where;

/** Adds the practices of a pipeline. Called by the reader of Python source; linear in the text. */
export function readPipelineSource(source: string, placeAt: PlaceAt, draft: Draft): void {
  const note = noteInto(draft, 'pipeline');
  const text = withoutPythonComments(source);
  for (const { code, detail, pattern, unless } of rules)
    for (const match of text.matchAll(pattern))
      if (!unless?.test(match[0])) note({ code, detail, text: match[0], where: placeAt(match.index, match[0].length) });
  readCommands(text, placeAt, note);
}

/** What whoever starts a run types in, put into the text before the shell reads it. @source Airflow documentation, "BashOperator", note on user input. */
const typedIn = /\{\{\s*(?:dag_run\.conf|params)[.[][^}\n]{0,200}\}\}/;
const quoted = /\|\s*(?:shlex_quote|quote|tojson|int)\b/;

function readCommands(text: string, placeAt: PlaceAt, note: Note): void {
  for (const match of text.matchAll(/\b(?:bash_command|command|cmds|arguments)\s*=\s*\[?\s*[frbFRB]{0,2}("""|'''|"|')/g)) {
    const start = match.index + match[0].length;
    const end = text.indexOf(match[1] ?? '"', start);
    if (end < 0 || end - start > 20_000) continue;
    const command = text.slice(start, end);
    const value = typedIn.exec(command);
    if (value && !quoted.test(value[0]))
      note({
        code: 'parameter-in-shell',
        detail: 'What the person who starts the run types becomes part of a shell command.',
        text: command,
        where: placeAt(start + value.index, value[0].length),
      });
    noteShell(command, note, (at) => placeAt(start + at));
  }
  readSteps(text, placeAt, note);
}

/** A formatted text that a shell reads: given to a call that starts one, or behind `sh -c` of a container. */
const formatted =
  /(?:\bos\.(?:system|popen)\(|\bsubprocess\.(?:getoutput|getstatusoutput|run|call|check_call|check_output|Popen)\(|["'](?:ba|z|da)?sh["'],\s*["']-l?c["'],)\s*[fF][rR]?("|')([^"'\n]{1,500})\1([^\n]{0,200})/g;

/** In one file: each looks back for the head of its function. */
const mostSteps = 300;

/** Arguments of a step come from whoever starts the run. @source Kubeflow Pipelines documentation, "Lightweight Python components" */
function readSteps(text: string, placeAt: PlaceAt, note: Note): void {
  let looked = 0;
  for (const match of text.matchAll(formatted)) {
    looked += 1;
    if (looked > mostSteps) return;
    const [whole, , command = '', rest = ''] = match;
    if (/^subprocess\.(?:run|call|check_|Popen)/.test(whole) && !/\bshell\s*=\s*True\b/.test(rest)) continue;
    const start = match.index + whole.indexOf(command);
    noteShell(command, note, (at) => placeAt(start + at));
    const known = argumentsBefore(text, match.index);
    const named = [...command.matchAll(/(?<!\{)\{([A-Za-z_]\w{0,100})/g)].find(([, name = '']) => known.has(name));
    if (named === undefined) continue;
    note({
      code: 'parameter-in-shell',
      detail: 'An argument of the step becomes part of a shell command.',
      text: command,
      where: placeAt(start + named.index, named[0].length + 1),
    });
  }
}

/** Names of the arguments of the function whose head stands nearest above. */
function argumentsBefore(text: string, at: number): Set<string> {
  const above = text.slice(Math.max(0, at - 20_000), at);
  const head = /^def\s+\w{1,100}\(([^)]{0,2000})/.exec(above.slice(above.lastIndexOf('def ')))?.[1] ?? '';
  return new Set(head.split(',').map((one) => /^\s*\*{0,2}(\w{1,100})/.exec(one)?.[1] ?? ''));
}

/** Comments as spaces; strings stay. One pass. */
export function withoutPythonComments(text: string): string {
  const parts: string[] = [];
  let from = 0;
  for (let at = 0; at < text.length; ) {
    const character = text[at];
    if (character === '#') {
      const end = text.indexOf('\n', at);
      const stop = end < 0 ? text.length : end;
      parts.push(text.slice(from, at), ' '.repeat(stop - at));
      from = stop;
      at = stop;
    } else if (character === '"' || character === "'") at = endOfString(text, at, character);
    else at += 1;
  }
  parts.push(text.slice(from));
  return parts.join('');
}

function endOfString(text: string, at: number, quote: string): number {
  const triple = quote.repeat(3);
  const mark = text.startsWith(triple, at) ? triple : quote;
  for (let next = at + mark.length; next < text.length; next++) {
    if (text[next] === '\\') next += 1;
    else if (mark.length === 1 && text[next] === '\n') return next;
    else if (text.startsWith(mark, next)) return next + mark.length;
  }
  return text.length;
}
