/** What Rust does while it is compiled: build scripts and macros run with the rights of whoever builds. */

import type { ScriptAct } from './javascript-acts.ts';
import { CallArguments, type ScriptText, scriptText, textsIn } from './script-text.ts';
import { commandMeaning } from './shell-command.ts';

const starts = /\bCommand\s*::\s*new\s*\(/g;
const connects = /\b(?:TcpStream|UdpSocket)\s*::\s*(?:connect|bind)\b|\b(?:reqwest|ureq|attohttpc|minreq|isahc|curl::easy)\s*::/g;
const decodes = /\b(?:base64|hex|STANDARD|BASE64\w*)\s*(?:::\s*\w+\s*){0,6}(?:::|\.)\s*decode\s*\(/;
const mostActs = 100;
/** A build script that starts more programs is looked at as far as this. */
const mostStarts = 300;
/** A chain of `.arg(…)` behind a command. */
const longestChain = 4000;

/** @param runs when: `build` for build scripts, `macro` for procedural macros. */
export function rustActs(text: string, runs: 'build' | 'macro'): ScriptAct[] {
  const script = scriptText(text, 'rust');
  return [...commands(script, runs), ...network(script, runs)].slice(0, mostActs);
}

function* commands(script: ScriptText, runs: 'build' | 'macro'): Generator<ScriptAct> {
  const given = new CallArguments(script);
  let count = 0;
  for (const { 0: call, index } of script.code.matchAll(starts)) {
    count += 1;
    if (count > mostStarts) return;
    const program = given.at(index + call.length);
    const chain = chainAt(script, index);
    const line = textsIn(chain);
    const { family, what, installs } = commandMeaning(line.replace(/^(?:\/bin\/)?(?:ba|z|da)?sh -c /, ''));
    const text = chain.slice(0, 300);
    if (installs) yield { code: 'hostile-command', detail: 'While it is compiled, something is fetched and run.', text, at: index };
    else if (family !== null && !isOrdinaryDownload(line))
      yield { code: 'hostile-command', detail: `While it is compiled, a command ${what}.`, text, at: index };
    else if (decodes.test(script.written.slice(Math.max(0, index - 2000), index + 2000)) && !/^\s*["']/.test(program))
      yield { code: 'hostile-command', detail: 'While it is compiled, a program is started whose name is decoded first.', text, at: index };
    else if (runs === 'macro')
      yield { code: 'macro-starts-program', detail: 'A macro starts a program in every project that uses it.', text, at: index };
  }
}

/** An archive or library that a build fetches is told as that. */
function isOrdinaryDownload(line: string): boolean {
  return /\b(?:curl|wget)\b/.test(line) && !/\|/.test(line);
}

function chainAt({ code, written }: ScriptText, from: number): string {
  const end = code.slice(from, from + longestChain).search(/;|\n\s*\n/);
  return written.slice(from, end < 0 ? from + longestChain : from + end);
}

function* network({ code }: ScriptText, runs: 'build' | 'macro'): Generator<ScriptAct> {
  for (const { 0: text, index } of code.matchAll(connects)) {
    yield runs === 'macro'
      ? { code: 'macro-connects', detail: 'A macro speaks to a host in every project that uses it.', text, at: index }
      : { code: 'build-fetches', detail: 'The build script fetches something.', text, at: index };
    return;
  }
}
