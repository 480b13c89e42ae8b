/** bzip2 streams, byte by byte into a bounded output. */
import Bunzip from 'seek-bzip';
import { MalformedBytes } from '../../engine/reader.ts';
import { BoundedOutput, type Decoded, joinFrames, OutputTooLarge, withinLimit } from './frames.ts';

/** @returns null when the output would be larger than `most`. Several streams in a row are one content, as bzip2 itself reads them. */
export function decodeBzip2(input: Uint8Array, most: number, partial: boolean): Decoded | null {
  return joinFrames(
    input,
    most,
    (rest) => rest[0] === 0x42 && rest[1] === 0x5a && rest[2] === 0x68,
    (rest, left) => withinLimit(() => decodeStream(rest, left, partial)),
  );
}

/** Past its end the input gives an error at once: the decoder would read zeros for ever. */
class EndOfInput extends Error {
  override readonly name = 'EndOfInput';
}

function decodeStream(input: Uint8Array, most: number, partial: boolean): Decoded {
  const output = new BoundedOutput(most, input.length * 4);
  let at = 0;
  const readByte = () => {
    const byte = input[at];
    if (byte === undefined) throw new EndOfInput();
    at += 1;
    return byte;
  };
  const read = (target: Uint8Array, offset: number, length: number) => {
    for (let i = 0; i < length; i++) target[offset + i] = readByte();
    return length;
  };
  try {
    Bunzip.decode({ readByte, read, eof: () => at >= input.length }, { writeByte: (byte) => output.push(byte) }, false);
  } catch (error) {
    if (error instanceof OutputTooLarge) throw error;
    if (!partial) throw new MalformedBytes('bzip2-broken', at, 'the bzip2 stream is broken or cut');
  }
  return { bytes: output.bytes, consumed: at };
}
