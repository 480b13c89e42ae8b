/** Text that a person does not see and a model reads: tag characters, zero-width runs, selectors, overrides, comments, white letters. */
import type { Where } from '../../../contract/finding.ts';
import { giveOrders } from './agent-orders.ts';
import type { Note } from './pipeline-practice.ts';

/** @source Unicode 16, tags block (flags of regions are the ordinary use). */
const tags = /[\u{e0001}\u{e0020}-\u{e007f}]{3,}/gu;
const selectors = /[\ufe00-\ufe0f\u{e0100}-\u{e01ef}]{4,}/gu;
const zeroWidth = /[\u200b-\u200d\u2060-\u2064\ufeff\u180e\u00ad]{6,}/gu;
/** @source CVE-2021-42574: overrides order text against its letters; with right-to-left letters in the line they are ordinary. */
const overrides = /[\u202d\u202e]/gu;
const rightToLeft = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]/u;

export type Hidden = {
  readonly note: Note /** The text is written for an agent: comments and pale letters with orders count. */;
  readonly isAddressed: boolean;
};

export function readHidden(text: string, placeAt: (at: number, length: number) => Where, { note, isAddressed }: Hidden): void {
  const say = (match: RegExpExecArray | RegExpMatchArray, practice: { code: string; detail: string; text: string }) =>
    note({ ...practice, where: placeAt(match.index ?? 0, match[0].length) });
  for (const match of text.matchAll(tags)) {
    const said = decodedTags(match[0]);
    // A flag of a region: the black flag, letters, the end mark.
    if (text.slice(Math.max(0, match.index - 2), match.index) === '\u{1f3f4}' && /^[a-z0-9]{2,6}$/.test(said)) continue;
    say(match, { code: 'tag-characters', detail: 'Invisible characters spell text that only a model reads.', text: said });
  }
  for (const match of text.matchAll(selectors))
    say(match, {
      code: 'selector-run',
      detail: 'A run of invisible selectors carries data that only a model or a program reads.',
      text: `${[...match[0]].length} selectors in a row`,
    });
  for (const match of text.matchAll(zeroWidth))
    say(match, {
      code: 'zero-width-run',
      detail: 'A run of invisible characters carries data that nobody sees.',
      text: `${match[0].length} characters in a row`,
    });
  for (const match of text.matchAll(overrides)) {
    const line = lineAround(text, match.index);
    if (!rightToLeft.test(line))
      say(match, { code: 'bidi-override', detail: 'The text is shown in another order than it is read (CVE-2021-42574).', text: line });
  }
  if (isAddressed) readUnseen(text, say);
}

function decodedTags(run: string): string {
  return [...run]
    .map((character) => String.fromCharCode(((character.codePointAt(0) ?? 0) - 0xe0000) & 0x7f))
    .join('')
    .replace(/[^\x20-\x7e]/g, '');
}

function lineAround(text: string, at: number): string {
  const start = text.lastIndexOf('\n', at) + 1;
  const end = text.indexOf('\n', at);
  return text.slice(Math.max(start, at - 500), end < 0 ? at + 500 : Math.min(end, at + 500));
}

type Say = (match: RegExpMatchArray, practice: { code: string; detail: string; text: string }) => void;

/** Comments and pale or tiny letters are ordinary; that they give orders is not. */
function readUnseen(text: string, say: Say): void {
  for (let at = text.indexOf('<!--'); at >= 0; at = text.indexOf('<!--', at + 4)) {
    const end = text.indexOf('-->', at);
    const body = text.slice(at, end < 0 ? at + 4000 : Math.min(end + 3, at + 4000));
    if (giveOrders(body))
      say(Object.assign([body], { index: at }) as unknown as RegExpMatchArray, {
        code: 'hidden-comment',
        detail: 'A comment that no page shows gives the agent orders.',
        text: body,
      });
  }
  const pale =
    /<[a-z]{1,12}\b[^>]{0,400}(?:display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*[01](?:px|pt|em)?\s*[;"']|opacity\s*:\s*0\s*[;"']|color\s*[:=]\s*["']?\s*(?:white|#fff(?:fff)?)\b|\bhidden\b)[^>]{0,400}>([^<]{10,2000})/gi;
  for (const match of text.matchAll(pale))
    if (giveOrders(match[1] ?? ''))
      say(match, { code: 'hidden-style', detail: 'Letters that no page shows give the agent orders.', text: match[1] ?? '' });
  const reference = /^\[[^\]\n]{0,20}\]:\s*(?:#|<>|about:blank)[^\n]{0,20}\s["'(]([^\n]{10,1500})["')]\s*$/gm;
  for (const match of text.matchAll(reference))
    if (giveOrders(match[1] ?? ''))
      say(match, { code: 'hidden-comment', detail: 'A link definition that no page shows gives the agent orders.', text: match[1] ?? '' });
}
