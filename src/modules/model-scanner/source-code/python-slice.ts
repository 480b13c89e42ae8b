/** Slices of text, bytes and lists. */
import { bytes, isTextual, longestText, marks, numberOf, sequence, text, type Value } from './python-values.ts';

/** `s[a:b:c]` with Python's rules for missing and negative bounds. */
export function slice(value: Value, bounds: readonly (Value | null)[]): Value | undefined {
  const [lower, upper, step] = bounds.map((bound) => (bound === null ? null : numberOf(bound)));
  if (lower === undefined || upper === undefined || step === undefined || step === 0) return undefined;
  const stride = step ?? 1;
  const letters = isTextual(value) ? [...value.text] : value.kind === 'sequence' ? value.items : undefined;
  if (!letters || letters.length > longestText) return undefined;
  const size = letters.length;
  const clamp = (bound: number, least: number, most: number) => Math.max(least, Math.min(most, bound < 0 ? bound + size : bound));
  const from = lower === null ? (stride > 0 ? 0 : size - 1) : clamp(lower, stride > 0 ? 0 : -1, stride > 0 ? size : size - 1);
  const to = upper === null ? (stride > 0 ? size : -1) : clamp(upper, stride > 0 ? 0 : -1, stride > 0 ? size : size - 1);
  const taken: (string | Value)[] = [];
  for (let at = from; stride > 0 ? at < to : at > to; at += stride) {
    const one = letters[at];
    if (one !== undefined) taken.push(one);
  }
  if (!isTextual(value))
    return sequence(
      taken.filter((one) => typeof one !== 'string'),
      value.kind === 'sequence' && value.tuple,
    );
  const hidden = stride === 1 ? value.marks : value.marks | marks.decoded;
  const made = taken.join('');
  return value.kind === 'bytes' ? bytes(made, hidden) : text(made, hidden);
}
