/**
 * A 7z archive whose header is lost: programs call it broken, and yet the first file stands right behind the signature. Models were
 * packed so that scanners gave up while a victim's repair tool, or a loader fed by hand, did not.
 */
import { BudgetExceeded } from '../../engine/budget.ts';
import { memberPlace } from '../../engine/place.ts';
import { type Draft, MalformedBytes, type ReaderTools } from '../../engine/reader.ts';
import { type ByteSource, bytesSource, windowSource } from '../../engine/source.ts';
import { joinBytes } from './frames.ts';
import { lzmaPieces, lzmaProperties } from './lzma.ts';
import { lzma2Pieces } from './lzma2.ts';
import { ByteFeed, type PieceDecoder } from './pieces.ts';

const startHeaderBytes = 32;
const mostBytes = 8 * 2 ** 20;
/** The properties every writer uses unless told otherwise: lc 3, lp 0, pb 2. */
const usualProperties = 0x5d;
const dictionary = 64 * 2 ** 20;

/** Tries the three methods that 7z writers use without a header to tell: stored, LZMA2, LZMA. */
export function readLostHeader(source: ByteSource, draft: Draft, tools: ReaderTools): void {
  const packed = windowSource(source, startHeaderBytes, source.size - startHeaderBytes);
  const tries: readonly (() => ByteSource)[] = [
    () => packed,
    () => beginning(lzma2Pieces(new ByteFeed(packed, 0, 'lzma'), { dictionary, held: dictionary }), tools),
    () =>
      beginning(
        lzmaPieces(new ByteFeed(packed, 0, 'lzma'), {
          properties: lzmaProperties(usualProperties),
          dictionary,
          size: null,
          held: dictionary,
        }),
        tools,
      ),
  ];
  for (const attempt of tries) {
    const content = tools.open(attempt(), memberPlace(draft.where, '(first file, header lost)'));
    if (content.format === 'unknown' || content.format === 'empty' || content.format === 'text') continue;
    draft.members.push(content);
    return;
  }
}

function beginning(pieces: PieceDecoder, tools: ReaderTools): ByteSource {
  const parts: Uint8Array[] = [];
  let total = 0;
  try {
    for (let piece = pieces.next(); piece && total < mostBytes; piece = pieces.next()) {
      tools.budget.checkTime();
      tools.budget.spendOutput(piece.length);
      parts.push(new Uint8Array(piece));
      total += piece.length;
    }
  } catch (error) {
    // A guess at the method that does not fit ends like this; what it gave until then is looked at.
    if (!(error instanceof MalformedBytes) && !(error instanceof BudgetExceeded)) throw error;
  }
  return bytesSource(joinBytes(parts, total));
}
