/** The time and the id of an entry. */
import { randomBytes } from 'node:crypto';

/** Milliseconds since 1970 with microseconds, as far as the clock of the process still agrees with the system's. */
export function preciseNow(): number {
  const coarse = Date.now();
  const precise = performance.timeOrigin + performance.now();
  // The process's own clock does not follow when the system's is set.
  return Math.abs(precise - coarse) < 2 ? precise : coarse;
}

/** UUID version 7 of a moment. @source RFC 9562 section 5.7 */
export function entryId(milliseconds: number): string {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(Math.floor(milliseconds), 0, 6);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x70, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
