/** npz archives for tests, made as numpy makes them. */
import { deflateRawSync } from 'node:zlib';

export function npyOf(descr: string, shape: string, data: Float32Array | Float64Array | Buffer, fortran = 'False'): Buffer {
  const header = `{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': ${shape}, }`;
  const padded = `${header.padEnd(117)}\n`;
  const start = Buffer.from(`\x93NUMPY\x01\x00`, 'latin1');
  const length = Buffer.alloc(2);
  length.writeUInt16LE(padded.length);
  return Buffer.concat([start, length, Buffer.from(padded), Buffer.from(data.buffer, data.byteOffset, data.byteLength)]);
}

/** @param method 0 stored, 8 deflated. @param lie a size the directory says instead of the true one. */
export function zipOf(members: readonly (readonly [name: string, content: Buffer, method: number])[], lie: { size?: number } = {}): Buffer {
  const parts: Buffer[] = [];
  const entries: Buffer[] = [];
  let at = 0;
  for (const [name, content, method] of members) {
    const packed = method === 8 ? deflateRawSync(content) : content;
    const size = lie.size ?? content.length;
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(method, 8);
    local.writeUInt32LE(packed.length, 18);
    local.writeUInt32LE(size, 22);
    local.writeUInt16LE(name.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(method, 10);
    entry.writeUInt32LE(packed.length, 20);
    entry.writeUInt32LE(size, 24);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(at, 42);
    parts.push(local, Buffer.from(name), packed);
    entries.push(entry, Buffer.from(name));
    at += 30 + name.length + packed.length;
  }
  const directory = Buffer.concat(entries);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, directory, end]);
}
