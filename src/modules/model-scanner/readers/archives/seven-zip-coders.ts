/** The coders of one 7z folder put behind one another. */
import { MalformedBytes } from '../../engine/reader.ts';
import { type ByteSource, windowSource } from '../../engine/source.ts';
import { branchFilter, FilteredPieces, isBranchFilter } from './branch-filters.ts';
import { lzmaPieces, lzmaProperties } from './lzma.ts';
import { lzma2Dictionary, lzma2Pieces } from './lzma2.ts';
import { ByteFeed, GivenPieces, type PieceDecoder, pieceBytes } from './pieces.ts';
import { type Coder, finalOutput, type SevenZipFolder } from './seven-zip-header.ts';
import { type Codec, openPieces } from './stream-pieces.ts';
import { startOf } from './xz.ts';

/** A folder whose content cannot be had, and why: no defect of the archive. */
export class UnreadableFolder extends Error {
  override readonly name = 'UnreadableFolder';
  readonly encrypted: boolean;
  constructor(detail: string, encrypted = false) {
    super(detail);
    this.encrypted = encrypted;
  }
}

/** Branch filters by 7z's own ids; the short ones are those of .xz. @source Methods.txt of the LZMA SDK. */
const filters: ReadonlyMap<string, number> = new Map([
  ['03', 3],
  ['03030103', 4],
  ['03030205', 5],
  ['03030401', 6],
  ['03030501', 7],
  ['03030701', 8],
  ['03030805', 9],
  ...Array.from({ length: 7 }, (_, i) => [(4 + i).toString(16).padStart(2, '0'), 4 + i] as const),
]);
const codecs: ReadonlyMap<string, Codec> = new Map([
  ['040108', 'deflate'],
  ['040109', 'deflate64'],
  ['040202', 'bzip2'],
  ['04f71101', 'zstd'],
  ['04f71102', 'brotli'],
  ['04f71104', 'lz4'],
]);
const names: ReadonlyMap<string, string> = new Map([
  ['030401', 'PPMd'],
  ['0303011b', 'BCJ2'],
]);

/**
 * @param packed the bytes of the folder's one packed stream.
 * @throws UnreadableFolder for methods that are not decoded and for encryption, MalformedBytes for a broken one.
 */
export function folderPieces(folder: SevenZipFolder, packed: ByteSource, held: number): PieceDecoder {
  let pieces: PieceDecoder | null = null;
  for (const { coder, size } of chainOf(folder)) pieces = decoderOf(coder, { packed, pieces, size, held });
  if (!pieces) throw new MalformedBytes('7z-broken', 0, 'a folder has no coder');
  return pieces;
}

type Link = { readonly coder: Coder; readonly size: number };

/** From the coder that takes the packed bytes to the one that gives the content. */
function chainOf({ coders, bonds, sizes, packed }: SevenZipFolder): Link[] {
  const encrypted = coders.some(({ method }) => method.startsWith('06f107'));
  if (encrypted) throw new UnreadableFolder('The content is encrypted.', true);
  const complex = coders.find(({ inputs, outputs }) => inputs !== 1 || outputs !== 1);
  if (complex || packed.length !== 1)
    throw new UnreadableFolder(
      `The method ${names.get(complex?.method ?? '') ?? complex?.method ?? ''} joins several streams, which is not supported.`,
    );
  const chain: Link[] = [];
  let at = finalOutput({ coders, bonds, packed });
  for (;;) {
    const coder = coders[at];
    if (!coder || chain.length >= coders.length) throw new MalformedBytes('7z-broken', 0, 'the coders of a folder form a circle');
    chain.unshift({ coder, size: sizes[at] ?? 0 });
    const next = bonds.get(at);
    if (next === undefined) return chain;
    at = next;
  }
}

type Before = { readonly packed: ByteSource; readonly pieces: PieceDecoder | null; readonly size: number; readonly held: number };

function decoderOf({ method, properties }: Coder, { packed, pieces, size, held }: Before): PieceDecoder {
  const filter = filters.get(method);
  if (filter !== undefined && isBranchFilter(filter))
    return new FilteredPieces(pieces ?? copied(packed), branchFilter(filter, properties), startOf(filter, properties));
  if (method === '00' || method === '') return pieces ?? copied(packed);
  if (pieces) throw new UnreadableFolder(`The method ${names.get(method) ?? method} stands behind another one, which is not supported.`);
  if (method === '030101') {
    const feed = new ByteFeed(packed, 0, 'lzma');
    const fields = new DataView(properties.buffer, properties.byteOffset, properties.byteLength);
    if (properties.length < 5) throw new MalformedBytes('7z-broken', 0, 'the LZMA coder of a folder has no properties');
    return lzmaPieces(feed, { properties: lzmaProperties(properties[0] ?? 255), dictionary: fields.getUint32(1, true), size, held });
  }
  if (method === '21') return lzma2Pieces(new ByteFeed(packed, 0, 'lzma'), { dictionary: lzma2Dictionary(properties[0] ?? 255), held });
  const codec = codecs.get(method);
  const decoder = codec === undefined ? null : openPieces(codec, packed, { size, held });
  if (!decoder) throw new UnreadableFolder(`The method ${names.get(method) ?? method} is not supported.`);
  return decoder;
}

function copied(packed: ByteSource): PieceDecoder {
  let at = 0;
  return new GivenPieces(
    () => {
      const piece = packed.read(at, pieceBytes);
      at += piece.length;
      return piece.length === 0 ? null : piece;
    },
    () => at,
  );
}

/** Stored content needs no decoder: it is a range of the archive. */
export function storedFolder({ coders }: SevenZipFolder, packed: ByteSource): ByteSource | null {
  return coders.length === 1 && coders[0]?.method === '00' ? windowSource(packed, 0, packed.size) : null;
}
