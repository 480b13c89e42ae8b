/** The same change asked for again while it is under way, as by a double click, is the one that is under way. */

/** @param underWay of one place that changes something, by what is asked */
export function onceAtATime<T>(underWay: Map<string, Promise<T>>, input: unknown, begin: () => Promise<T>): Promise<T> {
  // Two files look alike as text.
  if (holdsBytes(input)) return begin();
  const asked = JSON.stringify(input) ?? '';
  const known = underWay.get(asked);
  if (known !== undefined) return known;
  const work = begin().finally(() => underWay.delete(asked));
  underWay.set(asked, work);
  return work;
}

function holdsBytes(input: unknown): boolean {
  const isBytes = (value: unknown): boolean => value instanceof Blob || value instanceof ArrayBuffer || ArrayBuffer.isView(value);
  return isBytes(input) || (typeof input === 'object' && input !== null && Object.values(input).some(isBytes));
}
