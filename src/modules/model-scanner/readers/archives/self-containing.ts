/** An archive that unpacks to itself never ends: a program that unpacks what it finds inside goes on until something breaks. */
import type { Where } from '../../../../contract/finding.ts';
import type { AnomalyFact } from '../../engine/artefact.ts';
import { bomb } from '../../engine/reader.ts';
import type { ByteSource } from '../../engine/source.ts';

/** Archives made to hold themselves are small; comparing larger ones would only cost time. */
const comparedBytes = 16 * 2 ** 20;
const step = 64 * 1024;

/** Proved by the bytes: the content is the archive around it. @source Russ Cox 2010, "Zip Files All The Way Down". */
export function containsItself(outer: ByteSource, inner: ByteSource): boolean {
  if (outer.size !== inner.size || outer.size === 0 || outer.size > comparedBytes) return false;
  for (let at = 0; at < outer.size; at += step) if (!sameBytes(outer.read(at, step), inner.read(at, step))) return false;
  return true;
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

export function selfContained(where: Where): AnomalyFact {
  return bomb(
    'archive-contains-itself',
    'The content is the archive itself, byte for byte: unpacking what is inside never ends.',
    where,
    true,
  );
}
