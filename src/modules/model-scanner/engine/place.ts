/** Places inside artefacts: the container path from the outside in, then bytes. */
import type { Where } from '../../../contract/finding.ts';

/** Bounds of `Where` in the contract. */
const longestName = 4096;
const deepestPath = 32;

export function rootPlace(name: string): Where {
  return { containerPath: [name.slice(0, longestName)], offset: null, length: null };
}

/** The place of a member called `name` inside the container at `outer`. */
export function memberPlace(outer: Where, name: string): Where {
  const path = outer.containerPath.length >= deepestPath ? outer.containerPath.slice(0, deepestPath - 1) : outer.containerPath;
  return { containerPath: [...path, name.slice(0, longestName)], offset: null, length: null };
}

/** A byte range of the thing at `place`; offsets that no file can have are dropped rather than reported wrong. */
export function rangePlace(place: Where, offset: number, length: number | null = null): Where {
  const usable = Number.isSafeInteger(offset) && offset >= 0;
  const usableLength = length !== null && Number.isSafeInteger(length) && length >= 0;
  return { containerPath: place.containerPath, offset: usable ? offset : null, length: usableLength ? length : null };
}

/** The last name of the container path: a hint for people and weak claims, never a proof. */
export function placeName(place: Where): string {
  const last = place.containerPath.at(-1) ?? '';
  return last.slice(Math.max(last.lastIndexOf('/'), last.lastIndexOf('\\')) + 1);
}
