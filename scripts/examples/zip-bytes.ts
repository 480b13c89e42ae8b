/** A zip archive of stored members, byte for byte the same each time. Optionally pads as torch does, so that members begin at multiples of 64. */
import { crc32 } from 'node:zlib';

export type ZipMember = { readonly name: string; readonly bytes: Uint8Array };
const alignment = 64;

export function zipBytes(members: readonly ZipMember[], options: { readonly align?: boolean } = {}): Uint8Array {
  const local: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const { name, bytes } of members) {
    const nameBytes = Buffer.from(name);
    const extra = options.align === true ? padding(offset + 30 + nameBytes.length) : Buffer.alloc(0);
    const facts = { name: nameBytes, size: bytes.length, crc: crc32(bytes), extra };
    local.push(localHeader(facts), Buffer.from(bytes));
    central.push(centralHeader(facts, offset));
    offset += 30 + nameBytes.length + extra.length + bytes.length;
  }
  const directory = Buffer.concat(central);
  return new Uint8Array(Buffer.concat([...local, directory, endRecord(members.length, directory.length, offset)]));
}

type Facts = { readonly name: Buffer; readonly size: number; readonly crc: number; readonly extra: Buffer };

/** The extra field `FB`, filled with Z: what torch.save writes. */
function padding(start: number): Buffer {
  const length = (alignment - ((start + 4) % alignment)) % alignment;
  const field = Buffer.alloc(4 + length, 'Z');
  field.write('FB', 0, 'latin1');
  field.writeUInt16LE(length, 2);
  return field;
}

function common(facts: Facts): Buffer {
  const header = Buffer.alloc(26);
  header.writeUInt16LE(0, 0); // version needed
  header.writeUInt16LE(0x0800, 2); // names are UTF-8
  header.writeUInt16LE(0, 4); // stored
  header.writeUInt16LE(0, 6);
  header.writeUInt16LE(0x21, 8); // 1 January 1980
  header.writeUInt32LE(facts.crc, 10);
  header.writeUInt32LE(facts.size, 14);
  header.writeUInt32LE(facts.size, 18);
  header.writeUInt16LE(facts.name.length, 22);
  header.writeUInt16LE(facts.extra.length, 24);
  return header;
}

function localHeader(facts: Facts): Buffer {
  return Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common(facts), facts.name, facts.extra]);
}

function centralHeader(facts: Facts, offset: number): Buffer {
  const tail = Buffer.alloc(14);
  tail.writeUInt32LE(offset, 10);
  const made = Buffer.alloc(2);
  return Buffer.concat([Buffer.from('PK\x01\x02', 'latin1'), made, common({ ...facts, extra: Buffer.alloc(0) }), tail, facts.name]);
}

function endRecord(count: number, length: number, offset: number): Buffer {
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 0, 'latin1');
  end.writeUInt16LE(count, 8);
  end.writeUInt16LE(count, 10);
  end.writeUInt32LE(length, 12);
  end.writeUInt32LE(offset, 16);
  return end;
}
