/** A plain tape archive written piece by piece: an export is one file that every system unpacks. @source POSIX.1-1988, ustar */
const block = 512;
const mostSize = 8 ** 11 - 1;

/** Header of one regular file. @param size bytes, below 8 GiB. @throws RangeError for a longer name or a larger file */
export function tarHeader(name: string, size: number, modifiedSeconds: number): Buffer {
  if (Buffer.byteLength(name) > 99 || size > mostSize) throw new RangeError(`${name} of ${size} bytes does not fit into a tape archive`);
  const header = Buffer.alloc(block);
  const octal = (value: number, at: number, width: number): number => header.write(value.toString(8).padStart(width - 1, '0'), at);
  header.write(name, 0);
  octal(0o644, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(size, 124, 12);
  octal(modifiedSeconds, 136, 12);
  header.fill(' ', 148, 156);
  header.write('0', 156);
  header.write('ustar\u000000', 257, 'latin1');
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return header;
}

/** Zeros after a file's bytes, up to the next block. */
export const tarPadding = (size: number): Buffer => Buffer.alloc((block - (size % block)) % block);
/** Two empty blocks end an archive. */
export const tarEnd: Buffer = Buffer.alloc(2 * block);
