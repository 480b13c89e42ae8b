/** LZMA2: chunks of LZMA or stored bytes, with what each chunk starts anew. */
import { MalformedBytes } from '../../engine/reader.ts';
import { LzmaDecoder, type LzmaProperties, lzmaProperties } from './lzma.ts';
import { type ByteFeed, OutputPieces, type PieceDecoder, SlidingOutput } from './pieces.ts';

const stepBytes = 16 * 1024;
/** What a decoder starts with; the first compressed chunk must set its own. */
const defaultProperties = 0x5d;

/** Dictionary size of the filter's property byte. @source The .xz file format, section 5.3.1. */
export function lzma2Dictionary(byte: number): number {
  if (byte > 40) throw new MalformedBytes('xz-broken', 0, `an LZMA2 dictionary of code ${byte} does not exist`);
  return byte === 40 ? 2 ** 32 - 1 : (2 | (byte & 1)) * 2 ** (Math.floor(byte / 2) + 11);
}

/** @source The .xz file format, section 5.3.1, and the LZMA2 control byte as the XZ for Java documentation describes it. */
export function lzma2Pieces(feed: ByteFeed, { dictionary, held }: { dictionary: number; held: number }): PieceDecoder {
  const chunks = new Chunks(feed, new SlidingOutput(dictionary, held));
  return new OutputPieces(
    chunks.output,
    () => chunks.step(),
    () => feed.at,
  );
}

class Chunks {
  readonly output: SlidingOutput;
  readonly #feed: ByteFeed;
  readonly #decoder: LzmaDecoder;
  #stored = 0;
  #packed = 0;
  /** Where the open compressed chunk ends. */
  #end = 0;

  constructor(feed: ByteFeed, output: SlidingOutput) {
    this.#feed = feed;
    this.output = output;
    this.#decoder = new LzmaDecoder(feed, output, lzmaProperties(defaultProperties));
  }
  /** @returns false after the end mark. */
  step(): boolean {
    if (this.#stored > 0) this.#copy();
    else if (this.#packed > 0) this.#decode();
    else return this.#chunk();
    return true;
  }
  #copy(): void {
    const length = Math.min(stepBytes, this.#stored);
    this.output.append(this.#feed.bytes(length));
    this.#stored -= length;
  }
  #decode(): void {
    const length = Math.min(stepBytes, this.#packed);
    this.#decoder.run(length);
    this.#packed -= length;
    if (this.#packed > 0) return;
    if (this.#feed.at > this.#end) throw new MalformedBytes('lzma-broken', this.#feed.at, 'an LZMA2 chunk runs over its length');
    this.#feed.skip(this.#end - this.#feed.at);
  }
  #chunk(): boolean {
    const control = this.#feed.byte();
    if (control === 0) return false;
    const high = (control & 0x1f) * 65_536;
    if (control < 0x80) {
      if (control > 2) throw new MalformedBytes('xz-broken', this.#feed.at - 1, `unknown LZMA2 control byte ${control}`);
      this.#stored = this.#u16() + 1;
      if (control === 1) this.#decoder.dictionaryStart = this.output.length;
      return true;
    }
    this.#packed = high + this.#u16() + 1;
    const length = this.#u16() + 1;
    const reset = (control >> 5) & 3;
    if (reset === 3) this.#decoder.dictionaryStart = this.output.length;
    if (reset >= 2) this.#decoder.reset(this.#properties());
    if (reset === 1) this.#decoder.resetState();
    this.#end = this.#feed.at + length;
    this.#decoder.range.start();
    return true;
  }
  #properties(): LzmaProperties {
    const properties = lzmaProperties(this.#feed.byte());
    // The format's own bound: without it each chunk could ask for megabytes of fresh tables.
    if (properties.literalContext + properties.literalPosition > 4)
      throw new MalformedBytes('lzma-broken', this.#feed.at, 'an LZMA2 chunk has literal tables larger than the format allows');
    return properties;
  }
  #u16(): number {
    return this.#feed.byte() * 256 + this.#feed.byte();
  }
}
