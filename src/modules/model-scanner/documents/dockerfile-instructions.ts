/** Dockerfiles as instructions: continuation lines, escape directive, comments inside, heredocs, stages. */

export type Instruction = {
  /** Upper case. */
  readonly keyword: string;
  /** Without the keyword; continuation lines joined, their ends as spaces, heredoc bodies left out. */
  readonly rest: string;
  /** Bodies of heredocs, one text each. */
  readonly documents: readonly { readonly text: string; readonly at: number }[];
  /** Character offset of the keyword; `restAt` of the rest. Offsets inside `rest` are true to the file. */
  readonly at: number;
  readonly restAt: number;
  /** Counted from 0 at the first FROM; -1 before. */
  readonly stage: number;
};

const mostInstructions = 20_000;
const keywords =
  /^(FROM|RUN|CMD|LABEL|MAINTAINER|EXPOSE|ENV|ADD|COPY|ENTRYPOINT|VOLUME|USER|WORKDIR|ARG|ONBUILD|STOPSIGNAL|HEALTHCHECK|SHELL)$/;

/**
 * @returns instructions in order; lines that are none are left out. Linear in the text.
 * @source Dockerfile reference: parser directives, here-documents.
 */
export function dockerfileInstructions(text: string): Instruction[] {
  const escapeMark = /^(?:#[^\n]*\n){0,5}?#\s*escape\s*=\s*`/i.test(text.slice(0, 2000)) ? '`' : '\\';
  const lines = new Lines(text);
  const found: Instruction[] = [];
  let stage = -1;
  for (let line = lines.next(); line && found.length < mostInstructions; line = lines.next()) {
    const opening = /^\s*([A-Za-z]+)(\s+|$)/.exec(line.text);
    const keyword = opening?.[1]?.toUpperCase() ?? '';
    if (!opening || !keywords.test(keyword)) continue;
    const restAt = line.at + opening[0].length;
    const rest = continued(line.text.slice(opening[0].length), lines, escapeMark);
    if (keyword === 'FROM') stage += 1;
    const documents = /^(RUN|COPY|ADD)$/.test(keyword) ? heredocs(rest, lines) : [];
    found.push({ keyword, rest, documents, at: line.at + opening[0].search(/\S/), restAt, stage });
  }
  return found;
}

/** Lines of the text, one after the other, with their offsets. */
class Lines {
  readonly #text: string;
  #at = 0;
  constructor(text: string) {
    this.#text = text;
  }
  next(): { readonly text: string; readonly at: number } | null {
    if (this.#at >= this.#text.length) return null;
    const end = this.#text.indexOf('\n', this.#at);
    const at = this.#at;
    this.#at = end < 0 ? this.#text.length : end + 1;
    return { text: this.#text.slice(at, end < 0 ? this.#text.length : end), at };
  }
}

/** Comment lines between continued ones are blanked, not ended by: that is the builder's own rule. */
function continued(first: string, lines: Lines, escapeMark: string): string {
  const parts = [first];
  for (let last = first; last.trimEnd().endsWith(escapeMark); ) {
    const next = lines.next();
    if (!next) break;
    if (/^\s*(#|$)/.test(next.text)) {
      parts.push(' '.repeat(next.text.length));
      continue;
    }
    parts.push(next.text);
    last = next.text;
  }
  return parts.map((part) => (part.trimEnd().endsWith(escapeMark) ? blankEnd(part, escapeMark) : part)).join(' ');
}

function blankEnd(part: string, escapeMark: string): string {
  const at = part.lastIndexOf(escapeMark);
  return `${part.slice(0, at)} ${part.slice(at + 1)}`;
}

function heredocs(rest: string, lines: Lines): { text: string; at: number }[] {
  const marks = [...rest.matchAll(/<<(-?)(["']?)([A-Za-z_]\w{0,60})\2/g)].slice(0, 10);
  return marks.map(([, dash, , word]) => {
    const body: string[] = [];
    let at = -1;
    for (let line = lines.next(); line; line = lines.next()) {
      if (at < 0) at = line.at;
      if ((dash === '-' ? line.text.replace(/^\t+/, '') : line.text).trimEnd() === word) break;
      body.push(line.text);
    }
    return { text: body.join('\n'), at: Math.max(0, at) };
  });
}

/** `["a", "b"]` as its words, shell form as one line. */
export function commandLine(rest: string): string {
  const trimmed = rest.trim();
  if (!trimmed.startsWith('[')) return trimmed;
  try {
    const parsed: unknown = JSON.parse(trimmed);
    if (Array.isArray(parsed)) return parsed.filter((item) => typeof item === 'string').join(' ');
  } catch {
    // Not JSON: the builder takes it for the shell form, too.
  }
  return trimmed;
}

/** `A=1 B="two words"` and the older `A one value`. */
export function assignments(rest: string): Map<string, string> {
  const found = new Map<string, string>();
  if (/^\s*[A-Za-z_][\w.]*\s*=/.test(rest)) {
    for (const [, name = '', double, single, bare] of rest.matchAll(
      /([A-Za-z_][\w.]*)=(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|((?:[^\s"'\\]|\\.)*))/g,
    ))
      found.set(name, double ?? single ?? bare ?? '');
    return found;
  }
  const older = /^\s*([A-Za-z_][\w.]*)(?:\s+([^\n]*))?/.exec(rest);
  if (older?.[1] !== undefined) found.set(older[1], older[2]?.trim() ?? '');
  return found;
}
