/** Mutations of files: the same numbers give the same bytes on every machine. */

/** @source mulberry32: 32 bits of state, good enough to choose places. */
export function dice(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % Math.max(1, below);
  };
}

/** Values at which lengths, counts and offsets go wrong. */
const edges: readonly number[][] = [
  [0],
  [0xff],
  [0x7f],
  [0x80],
  [0xff, 0xff],
  [0, 0x80],
  [0xff, 0xff, 0xff, 0xff],
  [0, 0, 0, 0x80],
  [0xff, 0xff, 0xff, 0x7f],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
  [0, 0, 0, 0, 0, 0, 0, 0x80],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x1f, 0],
  [0, 0, 0, 0, 1, 0, 0, 0],
];
/** Words at which text formats go wrong. */
const words: readonly string[] = [
  '[',
  '{',
  '"',
  '}',
  ']',
  '__proto__',
  'constructor',
  '\\u0000',
  '\\ud800',
  '1e999',
  '-0',
  '99999999999999999999',
  '../../../../etc/x',
  '\n---\n',
  '&a [*a]',
  '<<: *a',
  '!!python/object/apply:os.system',
  `\${{ github.event.issue.title }}`,
  "'''",
  '<!--',
  '<!DOCTYPE a [<!ENTITY b "c">]>',
  '\u202e',
  '\t',
  ' '.repeat(200),
];
const encodedWords = words.map((word) => new TextEncoder().encode(word));
const largest = 256 * 1024;

type Roll = (below: number) => number;

/** @param others further files to take pieces from. */
export function mutate(file: Uint8Array, others: readonly Uint8Array[], roll: Roll): Uint8Array {
  let changed: Uint8Array = Uint8Array.from(file.subarray(0, largest));
  const rounds = 1 + roll(roll(4) === 0 ? 12 : 3);
  for (let round = 0; round < rounds; round++) changed = once(changed, others, roll);
  return changed.subarray(0, largest);
}

function once(file: Uint8Array, others: readonly Uint8Array[], roll: Roll): Uint8Array {
  const at = roll(file.length + 1);
  switch (roll(11)) {
    case 0:
    case 1:
      return overwritten(file, at, [(1 << roll(8)) ^ (file[at] ?? 0)]);
    case 2:
      return overwritten(file, at, [roll(256)]);
    case 3:
      return overwritten(file, at, edges[roll(edges.length)] ?? []);
    case 4:
      return joined(file.subarray(0, at), file.subarray(Math.min(file.length, at + 1 + roll(64))));
    case 5:
      return joined(
        file.subarray(0, at),
        Uint8Array.from({ length: 1 + roll(32) }, () => roll(256)),
        file.subarray(at),
      );
    case 6:
      return joined(file.subarray(0, at), encodedWords[roll(encodedWords.length)] ?? file, file.subarray(at));
    case 7:
      return file.subarray(0, at);
    case 8:
      return repeated(file, at, roll);
    case 9:
      return spliced(file, others[roll(others.length)] ?? file, roll);
    default:
      return numberChanged(file, at, roll);
  }
}

function overwritten(file: Uint8Array, at: number, bytes: readonly number[]): Uint8Array {
  const copy = Uint8Array.from(file);
  for (const [i, byte] of bytes.entries()) if (at + i < copy.length) copy[at + i] = byte;
  return copy;
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function repeated(file: Uint8Array, at: number, roll: Roll): Uint8Array {
  const block = file.subarray(at, at + 1 + roll(48));
  return joined(file.subarray(0, at), ...Array.from({ length: 1 + roll(roll(8) === 0 ? 400 : 6) }, () => block), file.subarray(at));
}

function spliced(file: Uint8Array, other: Uint8Array, roll: Roll): Uint8Array {
  const from = roll(other.length + 1);
  return joined(file.subarray(0, roll(file.length + 1)), other.subarray(from, from + roll(512)), file.subarray(roll(file.length + 1)));
}

/** A digit near the place becomes another, or many: sizes and counts of text formats. */
function numberChanged(file: Uint8Array, at: number, roll: Roll): Uint8Array {
  for (let i = at; i < Math.min(file.length, at + 256); i++) {
    const byte = file[i] ?? 0;
    if (byte < 0x30 || byte > 0x39) continue;
    const digits = Uint8Array.from({ length: roll(2) === 0 ? 1 : 1 + roll(24) }, () => 0x30 + roll(10));
    return joined(file.subarray(0, i), digits, file.subarray(i + 1));
  }
  return overwritten(file, at, [roll(256)]);
}
