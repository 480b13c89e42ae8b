/** XML read once from front to back in bounded memory: elements and the DOCTYPE's own text, entities never expanded. */
import { createRequire } from 'node:module';
import type { SaxesParser } from 'saxes';
import type { Where } from '../../../../contract/finding.ts';
import type { Budget } from '../../engine/budget.ts';
import { rangePlace } from '../../engine/place.ts';
import { MalformedBytes } from '../../engine/reader.ts';
import type { ByteSource } from '../../engine/source.ts';

const chunkBytes = 256 * 1024;
const deepest = 1000;

export type XmlElement = { readonly name: string; readonly attributes: ReadonlyMap<string, string>; readonly place: () => Where };
export type XmlEvents = {
  readonly open?: (element: XmlElement) => void;
  readonly close?: (name: string) => void;
  readonly doctype?: (text: string, place: () => Where) => void;
};

// The library is loaded when the first XML model appears: most scans meet none.
const load = createRequire(import.meta.url);
let library: typeof import('saxes') | undefined;

/**
 * @returns the encoding that a byte order mark or the first bytes tell, else the one the document declares; XML without any is UTF-8.
 * @source XML 1.0, section 4.3.3 and appendix F.
 */
export function xmlEncoding(head: Uint8Array): string {
  if ((head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0x3c && head[1] === 0)) return 'utf-16le';
  if ((head[0] === 0xfe && head[1] === 0xff) || (head[0] === 0 && head[1] === 0x3c)) return 'utf-16be';
  const start = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, 200)).toString('latin1');
  const declared = /^[\u00ef\u00bb\u00bf\s]{0,20}<\?xml[^>]{0,100}?\sencoding\s{0,10}=\s{0,10}["']([\w.:-]{1,40})["']/.exec(start)?.[1];
  return declared === undefined ? 'utf-8' : supported(declared.toLowerCase());
}

/** Text declared as two bytes a letter and written with one is what its first bytes are. */
function supported(label: string): string {
  if (label.startsWith('utf-16') || label.startsWith('ucs-')) return 'utf-8';
  try {
    return new TextDecoder(label).encoding;
  } catch {
    // Bytes as letters: the marks of XML are ASCII in every encoding that is left.
    return 'latin1';
  }
}

/**
 * @throws MalformedBytes with the byte offset of the first place that is no XML, or is nested deeper than 1,000 elements.
 * Entities other than the five of XML itself are left as they stand.
 */
export function readXml(source: ByteSource, where: Where, { events, budget }: { events: XmlEvents; budget: Budget }): void {
  library ??= load('saxes') as typeof import('saxes');
  const parser = new library.SaxesParser({ xmlns: false, position: true });
  const position = new Position(parser, where);
  listen(parser, position, events);
  const decoder = new TextDecoder(xmlEncoding(source.read(0, 4)));
  for (let at = 0; at < source.size; at += chunkBytes) {
    budget.checkTime();
    const bytes = source.read(at, chunkBytes);
    if (bytes.length === 0) break;
    const text = decoder.decode(bytes, { stream: true });
    position.startChunk(at, text);
    parser.write(text);
  }
  parser.close();
}

function listen(parser: SaxesParser, position: Position, events: XmlEvents): void {
  let depth = 0;
  parser.on('opentag', ({ name, attributes }) => {
    depth += 1;
    const place = position.here();
    if (depth > deepest) throw new MalformedBytes('xml-depth', place().offset ?? 0, `XML nested deeper than ${deepest} elements`);
    events.open?.({ name, attributes: new Map(Object.entries(attributes)), place });
  });
  parser.on('closetag', ({ name }) => {
    depth -= 1;
    events.close?.(name);
  });
  parser.on('doctype', (text) => events.doctype?.(text, position.here()));
  parser.on('error', (error) => {
    // Entities are not expanded here, whoever declares them.
    if (/entity/i.test(error.message)) return;
    throw new MalformedBytes('xml-broken', position.here()().offset ?? 0, `XML: ${error.message.slice(0, 200)}`);
  });
}

/** From the parser's characters to bytes of the file. */
class Position {
  readonly #parser: SaxesParser;
  readonly #where: Where;
  #text = '';
  #bytesBefore = 0;
  #charactersBefore = 0;
  constructor(parser: SaxesParser, where: Where) {
    this.#parser = parser;
    this.#where = where;
  }
  startChunk(byte: number, text: string): void {
    this.#charactersBefore += this.#text.length;
    this.#text = text;
    this.#bytesBefore = byte;
  }
  here(): () => Where {
    const character = this.#parser.position;
    const { line } = this.#parser;
    const [before, text, start] = [this.#bytesBefore, this.#text, this.#charactersBefore];
    return () => ({ ...rangePlace(this.#where, before + Buffer.byteLength(text.slice(0, Math.max(0, character - start)))), line });
  }
}
