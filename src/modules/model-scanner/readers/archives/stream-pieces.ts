/** Every kind of compressed stream as pieces: one place that knows which decoder reads which. */
import { TruncatedBytes } from '../../engine/reader.ts';
import type { ByteSource } from '../../engine/source.ts';
import { bzip2Pieces } from './bzip2.ts';
import { crc32Checksum } from './checksums.ts';
import { checkGzipTrailer, gzipHeaderBytes, gzipTrailerBytes, startsGzip } from './gzip.ts';
import { Inflate, inflateScratch } from './inflate.ts';
import { lz4Pieces } from './lz4.ts';
import { nativePieces } from './native-pieces.ts';
import { type FaultReport, GivenPieces, JoinedPieces, type PieceDecoder } from './pieces.ts';
import { lzmaAlonePieces, xzPieces, zipLzmaPieces } from './xz.ts';

export type Codec = 'deflate' | 'deflate64' | 'zlib' | 'gzip' | 'bzip2' | 'xz' | 'lzma' | 'zip-lzma' | 'zstd' | 'lz4' | 'brotli';

const longestGzipHeader = 256 * 1024;

type Opening = {
  readonly size: number | null;
  readonly held: number;
  /** Told of checksums that do not match; without it nobody wants to know, as where an archive has its own. */
  readonly report?: FaultReport;
};

/**
 * @param size what somebody declares the content to have; only streams without an end of their own need it.
 * @param held how many bytes a dictionary may take.
 * @returns null when this runtime cannot read the codec piece by piece.
 */
export function openPieces(codec: Codec, packed: ByteSource, { size, held, report = () => {} }: Opening): PieceDecoder | null {
  switch (codec) {
    case 'deflate':
      return new Inflate(packed, 0);
    case 'deflate64':
      return new Inflate(packed, 0, { wide: true });
    case 'zlib':
      return followed(new Inflate(packed, 2), 4);
    case 'gzip': {
      const scratch = inflateScratch();
      return new JoinedPieces((at) => gzipMember(packed, at, { scratch, report }));
    }
    case 'bzip2':
      return bzip2Pieces(packed, report);
    case 'xz':
      return xzPieces(packed, held, report);
    case 'lzma':
      return lzmaAlonePieces(packed, held);
    case 'zip-lzma':
      return zipLzmaPieces(packed, size, held);
    case 'lz4':
      return lz4Pieces(packed, report);
    case 'zstd':
    case 'brotli':
      return nativePieces(codec, packed);
  }
}

type GzipTools = { readonly scratch: Uint8Array; readonly report: FaultReport };

function gzipMember(packed: ByteSource, at: number, { scratch, report }: GzipTools): PieceDecoder | null {
  const fixed = packed.read(at, 10);
  if (!startsGzip(fixed)) return null;
  // Files of many small members have plain headers: only a header with names in it is read further.
  const header = (fixed[3] ?? 0) === 0 ? fixed : packed.read(at, longestGzipHeader);
  const inflate = followed(new Inflate(packed, at + gzipHeaderBytes(header), { scratch }), gzipTrailerBytes);
  const checksum = crc32Checksum();
  let length = 0;
  return new GivenPieces(
    () => {
      const piece = inflate.next();
      if (piece) {
        checksum.add(piece);
        length += piece.length;
        return piece;
      }
      const trailer = inflate.consumed - gzipTrailerBytes;
      if (inflate.consumed > packed.size) throw new TruncatedBytes('gzip-broken', packed.size, 'the gzip stream ends before its checksum');
      checkGzipTrailer(packed.read(trailer, gzipTrailerBytes), { checksum: checksum.value(), length, at: trailer, report });
      return null;
    },
    () => inflate.consumed,
  );
}

/** A stream with a checksum behind it. */
function followed(pieces: PieceDecoder, trailer: number): PieceDecoder {
  return new GivenPieces(
    () => pieces.next(),
    () => pieces.consumed + trailer,
  );
}
