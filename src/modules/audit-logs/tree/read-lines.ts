/** Lines of a file as bytes, in constant memory. */
import { createReadStream } from 'node:fs';

/** Longest line that is kept; a longer one is cut there, so that it can only be wrong. */
export const longestLine = 65_536;
const newline = 10;

/** Without their newline. A last line without one is a line too. @throws what opening the file throws */
export async function* linesOf(path: string): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20 })) {
    const bytes: Buffer = rest.length === 0 ? (chunk as Buffer) : Buffer.concat([rest, chunk as Buffer]);
    let from = 0;
    for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, from)) {
      yield bytes.subarray(from, end);
      from = end + 1;
    }
    rest = bytes.subarray(from);
    if (rest.length > longestLine) rest = rest.subarray(0, longestLine + 1);
  }
  if (rest.length > 0) yield rest;
}
