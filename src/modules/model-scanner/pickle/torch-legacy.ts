/**
 * Torch files written before 1.6: five pickles (magic number, protocol, system information, object, storage keys), then the storages,
 * each an 8-byte element count and its raw elements.
 * @source PyTorch `torch.serialization._legacy_save`.
 */
import type { StorageFact } from './facts.ts';
import type { Value } from './values.ts';

export const legacyMagic = 0x1950a86a20f9469cfc6cn;
export const legacyPickles = 5;

export const isLegacyMagic = (result: Value | undefined): boolean => result?.kind === 'integer' && result.value === legacyMagic;

/** Bytes the storages take after the fifth pickle; null when an element type is not known. */
export function storageBytes(storages: readonly StorageFact[]): number | null {
  const byKey = new Map(storages.map((storage) => [storage.key, storage]));
  let total = 0;
  for (const { elements, elementBytes } of byKey.values()) {
    if (elementBytes === null || elements < 0) return null;
    total += 8 + elements * elementBytes;
  }
  return Number.isSafeInteger(total) ? total : null;
}
