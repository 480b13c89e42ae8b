/** The bytes of one zip member: stored ones by range, compressed ones unpacked within the budget. */
import { crc32 } from 'node:zlib';
import type { Where } from '../../../../contract/finding.ts';
import type { AnomalyFact, Artefact, UnreadFact } from '../../engine/artefact.ts';
import { BudgetExceeded } from '../../engine/budget.ts';
import { bomb, type Draft, draftArtefact, lie, MalformedBytes, type ReaderTools } from '../../engine/reader.ts';
import { type ByteSource, windowSource } from '../../engine/source.ts';
import { type Codec, unpack } from './decompress.ts';
import { containsItself, selfContained } from './self-containing.ts';
import { encryptedFlags } from './zip-fields.ts';

/** @source APPNOTE.TXT 6.3.10, section 4.4.5. */
const codecs: ReadonlyMap<number, Codec> = new Map([
  [8, 'deflate'],
  [9, 'deflate64'],
  [12, 'bzip2'],
  [14, 'zip-lzma'],
  [20, 'zstd'],
  [93, 'zstd'],
  [95, 'xz'],
]);
/** Checksums of stored members are verified up to this size: larger ones are tensors, which are not read. */
const checkedBytes = 2 * 2 ** 20;

export type MemberBytes = {
  readonly name: string;
  readonly flags: number;
  readonly method: number;
  readonly crc: number | null;
  readonly size: number;
  readonly packed: ByteSource;
  /** Of the directory record: the POSIX mode stands in the upper half. */
  readonly externalAttributes?: number;
  /** The archive around it. */
  readonly container?: ByteSource;
};

export type Unpacked = { readonly source: ByteSource; readonly crcWrong: boolean };

/** @returns the member's content, or why it could not be read. */
export function unpackMember(member: MemberBytes, where: Where, tools: ReaderTools): Unpacked | UnreadFact {
  const { method, packed } = member;
  if (method === 0) return { source: packed, crcWrong: storedCrcWrong(member) };
  const codec = codecs.get(method);
  if (!codec) return { reason: 'unsupported', detail: `Compression method ${method} is not supported.`, where };
  try {
    const { source, held } = unpack(codec, packed, tools.budget, member.size);
    return { source, crcWrong: held !== null && member.crc !== null && crc32(held) !== member.crc };
  } catch (error) {
    if (error instanceof MalformedBytes) return { reason: 'reader-failed', detail: error.message, where };
    if (error instanceof BudgetExceeded && error.limit === 'outputBytes') return { reason: 'budget', detail: error.message, where };
    throw error;
  }
}

function storedCrcWrong({ crc, packed }: MemberBytes): boolean {
  return crc !== null && packed.size <= checkedBytes && crc32(packed.read(0, packed.size)) !== crc;
}

/** Opens a member as an artefact of its own; what stood in the way becomes its `unread`. */
export function openMember(member: MemberBytes, where: Where, tools: ReaderTools): Artefact {
  const unpacked = unpackMember(member, where, tools);
  if ('reason' in unpacked) return unreadMember(member, unpacked, where);
  if (member.container && containsItself(member.container, unpacked.source)) {
    const draft = draftArtefact('zip', where, member.size);
    draft.anomalies.push(selfContained(where));
    return draft;
  }
  const artefact = tools.open(unpacked.source, where);
  const anomalies = [...artefact.anomalies, ...impossibleSize(member, where)];
  if (unpacked.crcWrong)
    anomalies.push(lie('zip-bad-crc', 'The checksum does not match the content: some programs refuse this member, others load it.', where));
  if ((member.flags & encryptedFlags) !== 0) {
    // A reader that ignores the flag sees this content: when it makes sense unencrypted, the flag is what lies.
    if (artefact.format === 'unknown')
      return unreadMember(member, { reason: 'encrypted', detail: 'The member is encrypted.', where }, where);
    anomalies.push(lie('zip-false-encryption', `The member is marked encrypted and yet holds plain ${artefact.format}.`, where));
  }
  return { ...artefact, anomalies };
}

/** Deflate makes at most 1,032 bytes of one. @source RFC 1951: a match of 258 bytes takes two bits or more. */
const mostOfDeflate = 1032;

/** A size that the stored bytes cannot unpack to: programs that trust it reserve memory for it. */
function impossibleSize({ method, size, packed }: MemberBytes, where: Where): AnomalyFact[] {
  if (method !== 8 || size <= packed.size * mostOfDeflate + 1024) return [];
  return [bomb('zip-impossible-size', `${packed.size} bytes are declared to unpack to ${size}, which deflate cannot do.`, where)];
}

function unreadMember(member: MemberBytes, unread: UnreadFact, where: Where): Artefact {
  const draft: Draft = draftArtefact('unknown', where, member.size);
  const encrypted = (member.flags & encryptedFlags) !== 0;
  draft.unread.push(encrypted ? { reason: 'encrypted', detail: 'The member is encrypted.', where } : unread);
  return draft;
}

export function packedSource(source: ByteSource, dataStart: number, packedSize: number): ByteSource {
  return windowSource(source, dataStart, packedSize);
}
