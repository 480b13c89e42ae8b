/** JavaScript and Rust with comments, and contents of texts, as spaces: names that stand in prose are no code. Lengths and lines stay. */

export type ScriptText = {
  /** Comments and contents of texts are spaces; quotes stay. */
  readonly code: string;
  /** Comments alone are spaces. */
  readonly written: string;
};
type Language = 'javascript' | 'rust';
type Span = { readonly start: number; readonly end: number };

/** Behind one of these a slash begins a regular expression; behind a name or a bracket it divides. */
const beforeExpression = /[=(,:[!&|?{};+\-*%<>~^]$|\b(?:return|typeof|case|in|of|delete|void|throw|else|do|instanceof|new|yield|await)$/;
const space = /[^\n]/g;

/** Tolerant and linear: what is not closed ends with its line, or with the text. */
export function scriptText(text: string, language: Language): ScriptText {
  const comments: Span[] = [];
  const contents: Span[] = [];
  const marks = language === 'javascript' ? /\/\/|\/\*|["'`/]/g : /\/\/|\/\*|\bb?r#{0,8}"|["']/g;
  for (let found = marks.exec(text); found !== null; found = marks.exec(text)) {
    const at = found.index;
    const body = at + found[0].length;
    const isComment = found[0] === '//' || found[0] === '/*';
    const end = endOf(text, { mark: found[0], at, body }, language);
    if (isComment) comments.push({ start: at, end });
    else if (end > body) contents.push({ start: body, end: end - 1 });
    marks.lastIndex = Math.max(end, body);
  }
  const written = blanked(text, comments);
  return { written, code: blanked(written, contents) };
}

type Begun = { readonly mark: string; readonly at: number; readonly body: number };

function endOf(text: string, { mark, at, body }: Begun, language: Language): number {
  if (mark === '//') return until(text, '\n', body);
  if (mark === '/*') return afterBlock(text, body, language);
  if (mark === '/') return isExpression(text, at) ? afterExpression(text, body) : body;
  if (language === 'rust' && mark === "'") return afterLetter(text, body);
  if (language === 'rust') return afterText(text, body, { closing: rustClosing(mark), lines: true });
  return afterText(text, body, { closing: mark, lines: mark === '`' });
}

function until(text: string, mark: string, from: number): number {
  const at = text.indexOf(mark, from);
  return at < 0 ? text.length : at;
}

/** Blocks of Rust nest. */
function afterBlock(text: string, from: number, language: Language): number {
  const marks = /\/\*|\*\//g;
  marks.lastIndex = from;
  let depth = 1;
  for (let found = marks.exec(text); found !== null; found = marks.exec(text)) {
    if (found[0] === '*/') depth -= 1;
    else if (language === 'rust') depth += 1;
    if (depth === 0) return marks.lastIndex;
  }
  return text.length;
}

function isExpression(text: string, at: number): boolean {
  const before = text.slice(Math.max(0, at - 40), at).trimEnd();
  return before === '' || beforeExpression.test(before);
}

const expressionBody = /(?:\\[^\n]|\[(?:\\[^\n]|[^\]\\\n]){0,200}\]|[^\\/[\n]){1,5000}\//y;
function afterExpression(text: string, from: number): number {
  expressionBody.lastIndex = from;
  return expressionBody.test(text) ? expressionBody.lastIndex : from;
}

/** `'a'` and `'\n'` are letters, `'a` is a lifetime. */
const letter = /(?:\\[^\n]{1,10}?|[^\\'\n])'/uy;
function afterLetter(text: string, from: number): number {
  letter.lastIndex = from;
  return letter.test(text) ? letter.lastIndex : from;
}

function rustClosing(mark: string): string {
  return mark.endsWith('"') && mark.length > 1 ? `"${'#'.repeat(mark.split('#').length - 1)}` : mark;
}

/** @returns the place behind the closing mark. Expressions inside a template are taken for text. */
function afterText(text: string, from: number, { closing, lines }: { closing: string; lines: boolean }): number {
  if (closing.length > 1) {
    const end = text.indexOf(closing, from);
    return end < 0 ? text.length : end + closing.length;
  }
  for (let at = from; at < text.length; at++) {
    const mark = text[at];
    if (mark === '\\') at += 1;
    else if (mark === closing) return at + 1;
    else if (mark === '\n' && !lines) return at;
  }
  return text.length;
}

function blanked(text: string, spans: readonly Span[]): string {
  const parts: string[] = [];
  let at = 0;
  for (const { start, end } of spans) {
    parts.push(text.slice(at, start), text.slice(start, end).replace(space, ' '));
    at = end;
  }
  return parts.join('') + text.slice(at);
}

const longestArguments = 200_000;
/** Of calls that are not closed, and of those behind many long ones. */
const shortArguments = 2000;
const mostLong = 200;

/** Arguments of calls. Brackets are matched once, when the first call is asked about. */
export class CallArguments {
  readonly #script: ScriptText;
  #closings: ReadonlyMap<number, number> | null = null;
  #long = 0;

  constructor(script: ScriptText) {
    this.#script = script;
  }

  /** What stands between the bracket that ends before `from` and the one that closes it, as written. */
  at(from: number): string {
    this.#closings ??= closingsOf(this.#script.code);
    const end = this.#closings.get(from - 1) ?? from + shortArguments;
    if (end - from > shortArguments) this.#long += 1;
    const most = this.#long > mostLong ? shortArguments : longestArguments;
    return this.#script.written.slice(from, Math.min(end, from + most));
  }
}

function closingsOf(code: string): Map<number, number> {
  const closings = new Map<number, number>();
  const open: number[] = [];
  for (const { 0: mark, index } of code.matchAll(/[()]/g)) {
    if (mark === '(') open.push(index);
    else {
      const begun = open.pop();
      if (begun !== undefined) closings.set(begun, index);
    }
  }
  return closings;
}

/** The texts among them, joined by spaces: the command that they make. */
export function textsIn(written: string): string {
  return [...written.matchAll(/(["'`])((?:\\.|(?!\1)[^\\]){0,10000})\1/gs)]
    .map(([, , content = '']) => content.replace(/\\(["'`\\])/g, '$1'))
    .join(' ');
}
