/** tar archives, one header at a time. */
import { bytes } from './build-bytes.ts';

export type TarPart = {
  readonly name: string;
  readonly data?: Uint8Array;
  readonly type?: string;
  readonly link?: string;
  readonly pax?: Readonly<Record<string, string>>;
};

function field(text: string, length: number): Uint8Array {
  return bytes(text.slice(0, length), new Uint8Array(Math.max(0, length - text.length)));
}

export function tarEntry({ name, data = bytes(), type = '0', link = '', pax }: TarPart): Uint8Array {
  const before = pax === undefined ? bytes() : tarEntry({ name: 'PaxHeader', type: 'x', data: paxData(pax) });
  const head = bytes(
    field(name, 100),
    field('0000644', 8),
    field('0000000', 8),
    field('0000000', 8),
    field(data.length.toString(8).padStart(11, '0'), 12),
    field('00000000000', 12),
    '        ',
    type,
    field(link, 100),
    'ustar\x0000',
    new Uint8Array(512 - 265),
  );
  const sum = head.reduce((total, byte) => total + byte, 0);
  head.set(bytes(sum.toString(8).padStart(6, '0'), [0], ' '), 148);
  return bytes(before, head, data, new Uint8Array((512 - (data.length % 512)) % 512));
}

function paxData(records: Readonly<Record<string, string>>): Uint8Array {
  const lines = Object.entries(records).map(([key, value]) => {
    const body = ` ${key}=${value}\n`;
    let length = body.length + 1;
    while (`${length}`.length + body.length !== length) length = `${length}`.length + body.length;
    return `${length}${body}`;
  });
  return bytes(lines.join(''));
}

export function tar(parts: readonly TarPart[], after: Uint8Array = bytes()): Uint8Array {
  return bytes(...parts.map(tarEntry), new Uint8Array(1024), after);
}
