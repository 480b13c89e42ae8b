/** Values of metadata that may be pickles, plain or as base64 text: they are opened like a file. */
import type { Where } from '../../../../contract/finding.ts';
import type { Artefact } from '../../engine/artefact.ts';
import type { ReaderTools } from '../../engine/reader.ts';
import { bytesSource } from '../../engine/source.ts';
import { walksLikePickle } from '../python/pickle-shape.ts';

const latin1 = new TextDecoder('latin1');
/** Longest value that is looked at as base64. */
const longestText = 16 * 2 ** 20;

/** @returns true when the bytes begin like a pickle of any protocol; prose does not. */
export function looksPickled(bytes: Uint8Array): boolean {
  if (bytes.length < 3) return false;
  if (bytes[0] === 0x80 && (bytes[1] ?? 9) <= 5) return true;
  return walksLikePickle(bytes, true);
}

/** @returns the artefact of the pickle that the bytes are or spell in base64; null when they are neither. */
export function storedPickle(bytes: Uint8Array, where: Where, tools: ReaderTools): Artefact | null {
  const pickled = looksPickled(bytes) ? bytes : decoded(bytes);
  if (!pickled) return null;
  tools.budget.spendMember();
  return tools.open(bytesSource(Uint8Array.from(pickled)), where);
}

function decoded(bytes: Uint8Array): Uint8Array | null {
  // Protocol 2 to 5 spelt in base64 begins with these four letters.
  if (bytes.length < 8 || bytes.length > longestText || !/^gA[IJM-V]/.test(latin1.decode(bytes.subarray(0, 3)))) return null;
  const text = latin1.decode(bytes).trim();
  if (!/^[A-Za-z0-9+/_=\s-]+$/.test(text)) return null;
  const plain = Buffer.from(text, 'base64');
  return looksPickled(plain) ? plain : null;
}
