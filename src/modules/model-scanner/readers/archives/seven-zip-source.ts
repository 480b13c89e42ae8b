/** The content of one 7z folder as bytes by range: held when it is small, else read forward. */
import { type Budget, BudgetExceeded } from '../../engine/budget.ts';
import { type ByteSource, bytesSource } from '../../engine/source.ts';
import { forwardSource } from '../parts/streamed-source.ts';
import { folderPieces, storedFolder } from './seven-zip-coders.ts';
import { outputSize, type SevenZipFolder } from './seven-zip-header.ts';

const dictionaryBytes = 64 * 2 ** 20;

/**
 * @returns at most the declared size; content that is cut or broken gives the bytes before that place.
 * @throws UnreadableFolder, BudgetExceeded; MalformedBytes when not one byte can be had.
 */
export function folderSource(folder: SevenZipFolder, packed: ByteSource, budget: Budget): ByteSource {
  const stored = storedFolder(folder, packed);
  if (stored) return stored;
  const size = outputSize(folder);
  const open = () => folderPieces(folder, packed, dictionaryBytes);
  const first = open();
  const allowance = budget.outputAllowance();
  if (allowance <= 0) throw new BudgetExceeded('outputBytes', 'the output budget of this file is used up');
  if (size > Math.min(budget.limits.heldBytes, allowance)) return forwardSource({ first, again: open, budget, size });
  const bytes = new Uint8Array(size);
  let at = 0;
  let failure: unknown = null;
  try {
    for (let piece = first.next(); piece && at < size; piece = first.next()) {
      budget.checkTime();
      const part = piece.subarray(0, size - at);
      bytes.set(part, at);
      at += part.length;
      budget.spendOutput(part.length);
    }
  } catch (error) {
    failure = error;
  }
  if (failure !== null && at === 0) throw failure;
  return cutSource(bytes.subarray(0, at), size, failure);
}

/** Reads beyond what could be unpacked say why. */
function cutSource(bytes: Uint8Array, size: number, failure: unknown): ByteSource {
  if (failure === null) return bytesSource(bytes);
  const held = bytesSource(bytes);
  return {
    size,
    read: (offset, length) => {
      if (offset >= bytes.length && offset < size && length > 0) throw failure;
      return held.read(offset, length);
    },
  };
}
