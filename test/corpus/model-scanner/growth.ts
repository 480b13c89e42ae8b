/** How the cost of a scan grows with what is scanned: the same kind of file eight times as long must cost about eight times as much. */
import { bytes, u32, u64 } from './build-bytes.ts';
import { tar } from './build-tar.ts';
import { zip } from './build-zip.ts';
import { reportOf } from './read-artefact.ts';

export type Growing = {
  readonly what: string;
  readonly file: string;
  /** A file of n parts. */
  make(n: number): Uint8Array;
  /** Parts of the smaller file; the larger has `times` as many. */
  readonly small: number;
};

/** Linear cost is 1, and a sort adds little; quadratic cost would be as many as this. */
export const times = 8;

const text = (word: string) => bytes('X', u32(word.length), word);
const lines = (n: number, line: (i: number) => string) => bytes(Array.from({ length: n }, (_, i) => line(i)).join('\n'));
const range = (n: number) => Array.from({ length: n }, (_, i) => i);

export const growing: readonly Growing[] = [
  {
    what: 'entries of a pickle',
    file: 'm.pkl',
    small: 1500,
    make: (n) => bytes([0x80, 2], '}(', ...range(n).flatMap((i) => [text(`key${i}`), bytes('J', u32(i))]), 'u.'),
  },
  {
    what: 'different names in a pickle',
    file: 'm.pkl',
    small: 500,
    make: (n) => bytes([0x80, 2], '](', ...range(n).map((i) => bytes(`cnumpy\nname${i}\n`, ')R')), 'e.'),
  },
  {
    what: 'pickles one behind the other',
    file: 'm.pkl',
    small: 300,
    make: (n) => bytes(...range(n).map((i) => bytes([0x80, 2], ']', text(`part${i}`), 'a.'))),
  },
  {
    what: 'what looks like the start of a pickle behind a broken one',
    file: 'm.pkl',
    small: 100,
    make: (n) => bytes([0x80, 2], 'cos\nsystem\n', [0xff], ...range(n).map(() => bytes([0x80, 2], 'cos\n('))),
  },
  {
    what: 'members of a zip archive',
    file: 'm.zip',
    small: 80,
    make: (n) => zip(range(n).map((i) => ({ name: `folder/part${i}.txt`, data: bytes(`text ${i}`) }))),
  },
  {
    what: 'members of a zip archive that no directory lists',
    file: 'm.zip',
    small: 60,
    make: (n) =>
      zip([
        { name: 'a.txt', data: bytes('a') },
        ...range(n).map((i) => ({ name: `part${i}.txt`, data: bytes(`text ${i}`), unlisted: true })),
      ]),
  },
  {
    what: 'members of a tar archive',
    file: 'm.tar',
    small: 80,
    make: (n) => tar(range(n).map((i) => ({ name: `folder/part${i}.txt`, data: bytes(`text ${i}`) }))),
  },
  {
    what: 'tensors of a safetensors file',
    file: 'm.safetensors',
    small: 500,
    make: (n) => {
      const header = Object.fromEntries(
        range(n).map((i) => [`layers.${i}.weight`, { dtype: 'F32', shape: [1], data_offsets: [4 * i, 4 * i + 4] }]),
      );
      const json = JSON.stringify(header);
      return bytes(u64(json.length), json, new Uint8Array(4 * n));
    },
  },
  { what: 'packages of a requirements file', file: 'requirements.txt', small: 500, make: (n) => lines(n, (i) => `package-${i}==1.${i}.0`) },
  {
    what: 'lines of Python',
    file: 'modeling.py',
    small: 400,
    make: (n) => lines(n, (i) => `value_${i} = call_${i % 7}(value_${Math.max(0, i - 1)}, "text ${i}")`),
  },
  { what: 'calls of Python inside each other', file: 'modeling.py', small: 30, make: (n) => bytes(`${'f('.repeat(n)}1${')'.repeat(n)}\n`) },
  {
    what: 'entries of a JSON file',
    file: 'config.json',
    small: 2000,
    make: (n) =>
      bytes(
        JSON.stringify({
          model_type: 'llama',
          ...Object.fromEntries(range(n).map((i) => [`option_${i}`, { value: i, words: ['a', 'b'] }])),
        }),
      ),
  },
  {
    what: 'entries of a YAML file',
    file: 'config.yaml',
    small: 200,
    make: (n) => lines(n, (i) => `option_${i}:\n  value: ${i}\n  words: [a, b]`),
  },
  {
    what: 'tags and anchors before one value of YAML',
    file: 'docker-compose.yaml',
    small: 300,
    make: (n) => bytes('services: ', ...range(n).map((i) => bytes(i % 2 === 0 ? '!x ' : '&a\n ')), 'x'),
  },
  {
    what: 'items of a flow list of YAML',
    file: 'docker-compose.yaml',
    small: 300,
    make: (n) => bytes('services: {a: {image: x, command: [', ...range(n).map(() => bytes('a, ')), ']}}'),
  },
  {
    what: 'statements of a template',
    file: 'chat_template.jinja',
    small: 300,
    make: (n) => lines(n, (i) => `{% if messages[${i}] %}{{ messages[${i}]['role'] }}{% endif %}`),
  },
  {
    what: 'instructions of a Dockerfile',
    file: 'Dockerfile',
    small: 200,
    make: (n) =>
      bytes(
        'FROM python:3.12\n',
        lines(n, (i) => `RUN echo step-${i} && pip install package-${i}==1.0`),
      ),
  },
  {
    what: 'words that promise a secret',
    file: 'notes.txt',
    small: 1000,
    make: (n) => lines(n, (i) => `the api_key and the token of step ${i} are told elsewhere: password policy`),
  },
];

type Growth = { readonly ratio: number; readonly smallMs: number; readonly largeMs: number };

/**
 * Cost of a byte in the larger file over that in the smaller one: 1 is linear, `times` is quadratic. Of this thread's processor time,
 * which is counted in ticks of milliseconds: a sum over many scans says more than the best of them.
 * @param measuredMs processor time spent on each of the two, beyond the first scan of each.
 */
export function growthOf(growing: Growing, measuredMs: number): Growth {
  const small = growing.make(growing.small);
  const large = growing.make(growing.small * times);
  // Once each before measuring, so that no code is compiled meanwhile.
  reportOf(large, growing.file);
  reportOf(small, growing.file);
  const smallMs = meanMs(growing.file, small, measuredMs);
  const largeMs = meanMs(growing.file, large, measuredMs);
  return { ratio: largeMs / large.length / (smallMs / small.length), smallMs, largeMs };
}

function meanMs(file: string, content: Uint8Array, measuredMs: number): number {
  const before = process.threadCpuUsage();
  for (let scans = 1; ; scans++) {
    reportOf(content, file);
    const { user, system } = process.threadCpuUsage(before);
    const spent = (user + system) / 1000;
    if (spent >= measuredMs) return spent / scans;
  }
}
