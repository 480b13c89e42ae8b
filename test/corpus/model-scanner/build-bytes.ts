/** Small builders of binary files for tests: bytes in code, so that every lie in them is written on purpose. */

export type Part = Uint8Array | readonly number[] | string;

/** Joins parts; text is Latin-1, one byte a character. */
export function bytes(...parts: readonly Part[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(part)))));
}

export function u16(value: number): number[] {
  return [value & 255, (value >> 8) & 255];
}

export function u32(value: number): number[] {
  return [value & 255, (value >>> 8) & 255, (value >>> 16) & 255, (value >>> 24) & 255];
}

export function u64(value: number | bigint): number[] {
  const buffer = Buffer.alloc(8);
  buffer.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value)));
  return [...buffer];
}

/** Protocol 2: a dictionary of two numbers. */
export const harmlessPickle = bytes([0x80, 2], '}', 'X', u32(1), 'a', 'K', [1], 's', '.');

/** Protocol 2: calls posix.system with a harmless command. Loading it would print a word. */
export const callingPickle = bytes([0x80, 2], 'cposix\nsystem\n', 'X', u32(9), 'echo test', [0x85], 'R.');

/** Protocol 0, without any signature. */
export const oldCallingPickle = bytes("cos\nsystem\n(S'echo test'\ntR.");
