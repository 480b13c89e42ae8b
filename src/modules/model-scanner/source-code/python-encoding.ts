/** Bytes of a Python file → text, by byte order mark or coding line. */
import { unescapeText } from './python-strings.ts';

export type DecodedSource = {
  readonly text: string;
  /** Codec as written in the file; null for UTF-8 without a coding line. */
  readonly coding: string | null;
  /** The codec hides letters of the code: `utf-7`, `unicode_escape`. No editor writes it. */
  readonly hides: boolean;
  /** The codec is not known here: the text is read as if it were Latin-1. */
  readonly unread: boolean;
};

/** @source PEP 263: one of the first two lines, a comment. */
const codingLine = /^[ \t\f]*#[^\n\r]*?coding[:=][ \t]*([-\w.]+)/;
const plain = new Set(['utf8', 'utf8sig', 'ascii', 'usascii', 'latin1', 'iso88591', 'l1', 'cp1252', 'u8']);

/** Never throws: bytes that are not valid in the codec become replacement characters. */
export function decodeSource(bytes: Uint8Array): DecodedSource {
  const marked = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  const start = new TextDecoder('latin1').decode(bytes.subarray(0, 1000));
  const [first = '', second = ''] = start.split(/\r\n|\r|\n/, 2);
  const coding =
    codingLine.exec(first)?.[1] ?? (first.trim() === '' || first.trim().startsWith('#') ? codingLine.exec(second)?.[1] : undefined) ?? null;
  const word = (coding ?? 'utf8').toLowerCase().replaceAll(/[-_.]/g, '');
  if (marked || word === 'utf8' || word === 'u8' || word === 'utf8sig' || word === 'ascii')
    return { text: new TextDecoder('utf-8').decode(bytes), coding, hides: false, unread: false };
  const latin = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  if (word === 'unicodeescape' || word === 'rawunicodeescape')
    return { text: unescapeText(latin, false), coding, hides: true, unread: false };
  if (word === 'utf7') return { text: fromUtf7(latin), coding, hides: true, unread: false };
  if (plain.has(word)) return { text: latin, coding, hides: false, unread: false };
  return known(bytes, coding ?? '') ?? { text: latin, coding, hides: false, unread: true };
}

function known(bytes: Uint8Array, coding: string): DecodedSource | null {
  try {
    return { text: new TextDecoder(coding.replace(/^cp(\d+)$/i, 'windows-$1')).decode(bytes), coding, hides: false, unread: false };
  } catch {
    // The platform does not know the name: said by the caller.
    return null;
  }
}

/** @source RFC 2152: `+` opens base64 of UTF-16BE, `-` closes it. */
function fromUtf7(text: string): string {
  return text.replace(/\+([A-Za-z\d+/]*)-?/g, (_, packed: string) => {
    if (packed === '') return '+';
    const raw = Buffer.from(packed, 'base64');
    let made = '';
    for (let at = 0; at + 1 < raw.length; at += 2) made += String.fromCharCode(((raw[at] ?? 0) << 8) | (raw[at + 1] ?? 0));
    return made;
  });
}
