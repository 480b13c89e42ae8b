/** One name for one input, the same in every process: SHA-256 over its features as little-endian 64-bit floats. */
import { createHash } from 'node:crypto';

export function hashFeatures(features: readonly number[]): string {
  const bytes = Buffer.allocUnsafe(features.length * 8);
  // −0 and 0 are the same input.
  for (let at = 0; at < features.length; at++) bytes.writeDoubleLE((features[at] as number) + 0, at * 8);
  return createHash('sha256').update(bytes).digest('hex');
}
