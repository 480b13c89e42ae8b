/** Zip archives of which every field can be made to lie. */
import { crc32, deflateRawSync } from 'node:zlib';
import { bytes, u16, u32 } from './build-bytes.ts';

export type ZipPart = {
  readonly name: string;
  readonly data: Uint8Array;
  readonly method?: 0 | 8;
  readonly flags?: number;
  readonly localName?: string;
  readonly localFlags?: number;
  readonly localMethod?: number;
  readonly localSize?: number;
  readonly crc?: number;
  /** Stands in the file, but not in the central directory. */
  readonly unlisted?: boolean;
  /** Overrides the size both headers declare. */
  readonly declaredSize?: number;
  /** Points at the local header of the part with this index instead of its own. */
  readonly sharesLocalOf?: number;
};
export type ZipExtras = {
  readonly prefix?: Uint8Array;
  readonly suffix?: Uint8Array;
  readonly comment?: string;
  readonly count?: number;
  readonly gap?: Uint8Array;
};

export function zip(
  parts: readonly ZipPart[],
  { prefix = bytes(), suffix = bytes(), comment = '', count, gap = bytes() }: ZipExtras = {},
): Uint8Array {
  const locals: Uint8Array[] = [];
  const offsets: number[] = [];
  let at = prefix.length;
  for (const part of parts) {
    offsets.push(part.sharesLocalOf === undefined ? at : (offsets[part.sharesLocalOf] ?? 0));
    if (part.sharesLocalOf !== undefined) continue;
    const local = localPart(part);
    locals.push(local);
    at += local.length;
  }
  const central = bytes(...parts.map((part, i) => (part.unlisted ? bytes() : centralRecord(part, (offsets[i] ?? 0) - prefix.length))));
  const listed = parts.filter((part) => !part.unlisted).length;
  const end = bytes(
    'PK\x05\x06',
    u16(0),
    u16(0),
    u16(count ?? listed),
    u16(count ?? listed),
    u32(central.length),
    u32(at - prefix.length + gap.length),
    u16(comment.length),
    comment,
  );
  return bytes(prefix, ...locals, gap, central, end, suffix);
}

function packed({ data, method = 0 }: ZipPart): Uint8Array {
  return method === 8 ? Uint8Array.from(deflateRawSync(data)) : data;
}

function localPart(part: ZipPart): Uint8Array {
  const {
    name,
    data,
    method = 0,
    flags = 0,
    localName = name,
    localFlags = flags,
    localMethod = method,
    crc = crc32(data),
    declaredSize = data.length,
  } = part;
  const body = packed(part);
  return bytes(
    'PK\x03\x04',
    u16(20),
    u16(localFlags),
    u16(localMethod),
    u32(0),
    u32(crc),
    u32(part.localSize ?? body.length),
    u32(declaredSize),
    u16(localName.length),
    u16(0),
    localName,
    body,
  );
}

function centralRecord(part: ZipPart, offset: number): Uint8Array {
  const { name, data, method = 0, flags = 0, crc = crc32(data), declaredSize = data.length } = part;
  return bytes(
    'PK\x01\x02',
    u16(20),
    u16(20),
    u16(flags),
    u16(method),
    u32(0),
    u32(crc),
    u32(packed(part).length),
    u32(declaredSize),
    u16(name.length),
    u16(0),
    u16(0),
    u16(0),
    u16(0),
    u32(0),
    u32(offset),
    name,
  );
}
