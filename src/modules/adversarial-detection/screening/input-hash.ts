/** One name for one input, the same in every process: SHA-256 over its features as little-endian 64-bit floats. */
import { hash } from 'node:crypto';

export function hashFeatures(features: readonly number[]): string {
  const bytes = new Uint8Array(features.length * 8);
  const view = new DataView(bytes.buffer);
  // −0 and 0 are the same input.
  for (let at = 0; at < features.length; at++) view.setFloat64(at * 8, (features[at] as number) + 0, true);
  return hash('sha256', bytes, 'hex');
}
