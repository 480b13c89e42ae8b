/** What JavaScript does that no ordinary program needs: code that is decoded or fetched and run, hidden names, shells to other hosts. */

import { CallArguments, type ScriptText, scriptText, textsIn } from './script-text.ts';
import { commandMeaning } from './shell-command.ts';

export type ScriptAct = {
  readonly code: string;
  readonly detail: string;
  readonly text: string;
  /** Character offset. */
  readonly at: number;
};

const runners =
  /(?<![\w$.])(?:(?:window|globalThis|global|self)\s*\.\s*)?(?:eval|(?:new\s+)?Function)\s*\)?\s*\(|\bvm\s*\.\s*(?:run\w{0,20}|compileFunction|Script)\s*\(|\brunIn(?:This|New)?Context\s*\(|\.\s*_compile\s*\(/g;
const imports = /(?<![\w$.])(?:require|import)\s*\(|\bprocess\s*\.\s*(?:mainModule\s*\.\s*require|binding)\s*\(/g;
const starters = /(?<![\w$])(?:exec|execSync|spawn|spawnSync|execFile|execFileSync)\s*\(/g;

const decodes =
  /\batob\s*\(|\bBuffer\s*\.\s*from\s*\([^()]{0,100000},\s*["'`](?:base64|hex)["'`]|\bString\s*\.\s*fromCharCode\s*[.(]|\bunescape\s*\(|\b(?:inflate|gunzip|unzip|brotliDecompress)(?:Raw)?Sync\s*\(/;
const fetches = /\bawait\s+fetch\s*\(|\.\s*responseText\b|\baxios\s*[.(]|\bawait\s+\(?\s*await\s+fetch\b|\.text\s*\(\s*\)/;
/** Modules that act outside. */
const acting = /^(?:node:)?(?:child_process|vm|net|tls|dgram|http|https|dns|fs|os)$/;
const hostileCommands = new Set(['reverse-shell', 'dropper', 'exfiltration', 'persistence', 'destruction', 'shellcode']);

const longestWay = 3;
const mostActs = 100;

/** Linear: each call is looked at once, in a bounded piece of text. @returns 100 at most. */
export function javascriptActs(text: string): ScriptAct[] {
  const file = new ScriptFile(scriptText(text, 'javascript'));
  const acts = [...runs(file), ...hiddenNames(file), ...commands(file), ...shells(file), ...environments(file), ...obfuscated(file)];
  return acts.slice(0, mostActs);
}

/** Calls of one kind that are looked at. */
const mostCalls = 2000;

class ScriptFile {
  readonly code: string;
  readonly written: string;
  readonly #arguments: CallArguments;
  #names: ReadonlyMap<string, string> | null = null;

  constructor(script: ScriptText) {
    this.code = script.code;
    this.written = script.written;
    this.#arguments = new CallArguments(script);
  }

  *calls(pattern: RegExp): Generator<{ at: number; text: string; inside: string }> {
    let count = 0;
    for (const { 0: call, index } of this.code.matchAll(pattern)) {
      const inside = this.#arguments.at(index + call.length);
      yield { at: index, text: `${call.trim()}${inside.slice(0, 200)}`, inside };
      count += 1;
      if (count >= mostCalls) return;
    }
  }

  /** A name stands for what it was set to, if that is said once. */
  originOf(inside: string): string {
    let origin = inside;
    for (let step = 0; step < longestWay; step += 1) {
      const name = /^\s*([A-Za-z_$][\w$]{0,60})\s*(?:[,.)]|$)/.exec(origin)?.[1];
      this.#names ??= namesIn(this);
      const set = name === undefined ? undefined : this.#names.get(name);
      if (set === undefined || set === '') break;
      origin = set;
    }
    return origin;
  }
}

/** What names are set to where they are declared; nothing for one that is declared twice. */
function namesIn({ code, written }: ScriptText): Map<string, string> {
  const names = new Map<string, string>();
  for (const { 0: declaration, 1: name = '', index } of code.matchAll(/\b(?:const|let|var)\s+([A-Za-z_$][\w$]{0,60})\s*=(?![=>])/g)) {
    const from = index + declaration.length;
    names.set(name, names.has(name) ? '' : (/^[^;\n]{1,5000}/.exec(written.slice(from, from + 5000))?.[0] ?? ''));
  }
  return names;
}

/** A literal, a part of a template engine, a name that the file was given: what is run stands in the file, or is the work of the file. */
function* runs(file: ScriptFile): Generator<ScriptAct> {
  for (const { at, text, inside } of file.calls(runners)) {
    const origin = file.originOf(inside);
    if (decodes.test(origin)) yield { code: 'runs-decoded-text', detail: 'A text that is decoded first is run as code.', text, at };
    else if (fetches.test(origin)) yield { code: 'runs-fetched-text', detail: 'What a server answers is run as code.', text, at };
  }
}

const pieces = /^\s*(?:(["'`])[^"'`\\]{0,40}\1\s*\+\s*){1,20}(["'`])[^"'`\\]{0,40}\2\s*$/;

function* hiddenNames(file: ScriptFile): Generator<ScriptAct> {
  for (const { at, text, inside } of file.calls(imports)) {
    const origin = file.originOf(inside);
    const joined = pieces.test(origin) ? textsIn(origin).replaceAll(' ', '') : null;
    const isHidden = joined === null ? decodes.test(origin.slice(0, 2000)) : acting.test(joined);
    if (isHidden) yield { code: 'hidden-module', detail: 'The name of a module is put together so that nobody reads it.', text, at };
  }
}

function* commands(file: ScriptFile): Generator<ScriptAct> {
  if (!/child_process/.test(file.written)) return;
  for (const { at, text, inside } of file.calls(starters)) {
    const line = textsIn(file.originOf(inside).slice(0, 5000));
    const { family, what, installs } = commandMeaning(line);
    if (family !== null && hostileCommands.has(family) && !installs)
      yield { code: 'hostile-command', detail: `The command ${what}.`, text, at };
    else if (installs) yield { code: 'remote-script', detail: 'Fetches a script and runs it without looking at it.', text: line, at };
    else if (decodes.test(inside.slice(0, 2000)))
      yield { code: 'hostile-command', detail: 'A command is started that is decoded first.', text, at };
  }
}

const shell =
  /(?<![\w$])(?:spawn|exec|execFile)\s*\(\s*["'`](?:\/(?:usr\/)?bin\/)?(?:ba|z|da)?sh["'`]|(?<![\w$])spawn\s*\(\s*["'`](?:cmd(?:\.exe)?|powershell(?:\.exe)?)["'`]/;

/** A shell whose words come from a connection. */
function* shells({ written, code }: ScriptText): Generator<ScriptAct> {
  const found = shell.exec(written);
  if (found === null || code[found.index] === ' ') return;
  const connects = /\b(?:net|tls)\s*\.\s*(?:connect|createConnection|Socket)\b|\bnew\s+(?:net\.)?Socket\b|\bcreateConnection\s*\(/.test(
    code,
  );
  const pipes = /\.pipe\s*\(\s*[\w$.]{1,60}\.stdin\b|\.stdin\s*\.\s*write\s*\(/.test(code);
  if (connects && pipes)
    yield { code: 'reverse-shell', detail: 'A shell takes its commands from another host.', text: found[0], at: found.index };
}

/** The whole environment, which holds keys, as one text; with a request to a host in the same file. */
function* environments({ code, written }: ScriptText): Generator<ScriptAct> {
  const found = /(?:\bJSON\s*\.\s*stringify|\bObject\s*\.\s*entries|\bstringify)\s*\(\s*process\s*\.\s*env\s*[,)]/.exec(code);
  if (found === null) return;
  if (
    /(?<![\w$.])fetch\s*\(\s*["'`]https?:|\bhttps?\s*\.\s*(?:request|get)\s*\(|\bdns\s*\.\s*(?:lookup|resolve\w*)\s*\(|\baxios\s*\.\s*post\s*\(/.test(
      written,
    )
  )
    yield {
      code: 'sends-environment',
      detail: 'All variables of the environment are made one text, and the file speaks to a host.',
      text: found[0],
      at: found.index,
    };
}

/** Names that a tool for hiding code gives: hundreds of them, and the function that turns the list of texts. */
function* obfuscated({ code }: ScriptText): Generator<ScriptAct> {
  const first = /\b_0x[0-9a-f]{4,8}\b/.exec(code);
  if (first === null) return;
  const count = code.match(/\b_0x[0-9a-f]{4,8}\b/g)?.length ?? 0;
  if (count >= 30 && /\bparseInt\s*\(\s*_0x|\[\s*["'`]\s*push\s*["'`]\s*\]|while\s*\(\s*!!\s*\[\s*\]\s*\)/.test(code))
    yield { code: 'obfuscated', detail: `${count} names were made unreadable by a tool that hides code.`, text: first[0], at: first.index };
}
