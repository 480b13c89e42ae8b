/** Text from the attacker, made safe to show: control, bidirectional and invisible characters become escapes. */

import type { Where } from '../../../contract/finding.ts';

/** Zero-width and bidirectional marks, line separators, fillers, tags, and lone surrogates. */
const invisible =
  /[\u00ad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]|\p{Cc}|\p{Cs}/gu;

export function escapeText(text: string): string {
  return text.replace(invisible, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

/** Escaped, in quotes, cut at `most` characters. */
export function quote(text: string, most = 200): string {
  const cut = text.length > most ? `${text.slice(0, most)}…` : text;
  return `'${escapeText(cut)}'`;
}

/** The file a person knows, for titles: last part of the outermost path, escaped and cut. */
export function fileName({ containerPath }: Pick<Where, 'containerPath'>): string {
  const outermost = containerPath[0] ?? '';
  return shortened(outermost.slice(outermost.lastIndexOf('/') + 1) || 'the file');
}

/** `os.system`, escaped and cut: module and name come from the file. */
export function callName({ module, name }: { readonly module: string; readonly name: string }): string {
  return shortened(`${module}.${name}`);
}

function shortened(text: string, most = 60): string {
  const safe = escapeText(text);
  return safe.length > most ? `${safe.slice(0, most - 1)}…` : safe;
}
