/** Untrusted text made visible: what a terminal or a browser would act on or hide is shown as a code. */

export type InertPart = { readonly text: string /** True for a code that stands for an invisible character. */; readonly code: boolean };

const controlNames = new Map<number, string>([
  [0x00, 'NUL'],
  [0x07, 'BEL'],
  [0x08, 'BS'],
  [0x0d, 'CR'],
  [0x1b, 'ESC'],
  [0x7f, 'DEL'],
]);

/** First and last code point of what is invisible or acts on its surroundings; tab and line feed stay. */
const hiddenRanges: readonly (readonly [number, number])[] = [
  [0x00, 0x08], // controls
  [0x0b, 0x1f],
  [0x7f, 0x9f],
  [0xad, 0xad], // soft hyphen
  [0x34f, 0x34f], // grapheme joiner
  [0x61c, 0x61c], // Arabic letter mark
  [0x115f, 0x1160], // Hangul fillers
  [0x17b4, 0x17b5],
  [0x180b, 0x180f], // Mongolian selectors
  [0x200b, 0x200f], // zero width, direction marks
  [0x2028, 0x202e], // separators, direction embeddings
  [0x2060, 0x206f], // joiners, isolates
  [0x3164, 0x3164],
  [0xd800, 0xdfff], // lone surrogates
  [0xe000, 0xf8ff], // private use
  [0xfe00, 0xfe0f], // variation selectors
  [0xfeff, 0xfeff], // byte order mark
  [0xffa0, 0xffa0],
  [0xfff9, 0xfffb], // interlinear annotation
  [0x1d173, 0x1d17a],
  [0xe0000, 0x10ffff], // tags, selectors, private planes
];

const isHidden = (point: number): boolean => hiddenRanges.some(([first, last]) => point >= first && point <= last);

/** Splits into plain parts and codes; joins back to something readable, never to markup. At most `limit` characters are looked at. */
export function inertParts(text: string, limit = 20_000): InertPart[] {
  const parts: InertPart[] = [];
  let plain = '';
  const flush = () => {
    if (plain !== '') parts.push({ text: plain, code: false });
    plain = '';
  };
  for (const character of text.slice(0, limit)) {
    if (!isHidden(character.codePointAt(0) ?? 0)) {
      plain += character;
      continue;
    }
    flush();
    parts.push({ text: codeOf(character), code: true });
  }
  flush();
  if (text.length > limit) parts.push({ text: `… ${text.length - limit} more characters`, code: true });
  return parts;
}

function codeOf(character: string): string {
  const point = character.codePointAt(0) ?? 0;
  return controlNames.get(point) ?? `U+${point.toString(16).toUpperCase().padStart(4, '0')}`;
}

/** The same as one line of plain text, for titles and labels. */
export function inertLine(text: string, limit = 500): string {
  return inertParts(text, limit)
    .map((part) => (part.code ? `[${part.text}]` : part.text))
    .join('');
}
