/** The scanner's own figures: many small pickles, one very large archive, memory, mutants. */
import { spawnSync } from 'node:child_process';
import { closeSync, ftruncateSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { bytes, callingPickle, u16, u32, u64 } from '../../../test/corpus/model-scanner/build-bytes.ts';
import { type Growing, growing, growthOf } from '../../../test/corpus/model-scanner/growth.ts';
import { measureNaming, measureQuality } from '../../../test/corpus/model-scanner/quality.ts';
import { allOf, artefactOf, scanTables } from '../../../test/corpus/model-scanner/read-artefact.ts';
import { scanFile } from './engine/scan.ts';
import { scanPool, scanTree } from './engine/scan-tree.ts';

const root = join(import.meta.dirname, '../../..');
/** As people start it. */
const cli = join(root, 'scripts/ai-spm.mjs');

function inFolder<T>(work: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'scan-bench-'));
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Pickles of about 3 kB: a dictionary of numbers under different keys, one in ten with a call. */
function writePickles(folder: string, count = 2000): string {
  for (let i = 0; i < count; i++) {
    const pairs = Array.from({ length: 180 }, (_, k) =>
      bytes('X', u32(6), `k${String((i * 31 + k) % 100_000).padStart(5, '0')}`, 'G', Buffer.from(Float64Array.of(i + k).buffer)),
    );
    const call = i % 10 === 0 ? [callingPickle.subarray(2, -1), '0'] : [];
    writeFileSync(join(folder, `f${i}.pkl`), bytes([0x80, 2], ...call, '}(', ...pairs, 'u.'));
  }
  return folder;
}

/** A stored torch archive of 200 tensors of 4 MiB, its bytes never written: the file is sparse. */
function writeTorchArchive(folder: string): string {
  const path = join(folder, 'm.pt');
  const text = (word: string) => bytes('X', u32(word.length), word);
  const storage = (i: number) =>
    bytes('(', text('storage'), 'ctorch\nFloatStorage\n', text(String(i)), text('cpu'), 'J', u32(1 << 20), 'tQ');
  const pickle = bytes([0x80, 2], '](', ...Array.from({ length: 200 }, (_, i) => storage(i)), 'e.');
  const file = openSync(path, 'w');
  const central: Uint8Array[] = [];
  let at = 0;
  const member = (name: string, size: number, content: Uint8Array | null) => {
    const fields = bytes(
      u16(20),
      u16(0),
      u16(0),
      u32(0),
      u32(content ? crc32(content) : 0),
      u32(size),
      u32(size),
      u16(name.length),
      u16(0),
    );
    const local = bytes('PK\x03\x04', fields, name, content ?? bytes());
    writeSync(file, local, 0, local.length, at);
    central.push(bytes('PK\x01\x02', u16(20), fields, u16(0), u16(0), u16(0), u32(0), u32(at), name));
    at += 30 + name.length + size;
  };
  member('m/data.pkl', pickle.length, pickle);
  for (let i = 0; i < 200; i++) member(`m/data/${i}`, 4 << 20, null);
  const directory = bytes(...central);
  const end = bytes(
    directory,
    'PK\x05\x06',
    u16(0),
    u16(0),
    u16(central.length),
    u16(central.length),
    u32(directory.length),
    u32(at),
    u16(0),
  );
  writeSync(file, end, 0, end.length, at);
  closeSync(file);
  return path;
}

/** Seconds of the whole command, from start to exit; the best of five, after one that fills the code cache. */
function commandSeconds(path: string): number {
  const times = Array.from({ length: 6 }, () => {
    const startedAt = performance.now();
    const { status } = spawnSync(process.execPath, [cli, 'scan', path], { stdio: 'ignore' });
    if (status === null || status > 2) throw new TypeError(`the scan ended with ${status}`);
    return (performance.now() - startedAt) / 1000;
  });
  return Math.min(...times.slice(1));
}

/** A repository of safetensors shards as large models have them; the tensors' bytes were never written, so the files are sparse. */
function writeShards(folder: string, shards: number, shardBytes: number): string {
  const tensors = 40;
  const each = Math.floor(shardBytes / tensors / 2) * 2;
  const map: Record<string, string> = {};
  for (let shard = 1; shard <= shards; shard++) {
    const name = `model-${String(shard).padStart(5, '0')}-of-${String(shards).padStart(5, '0')}.safetensors`;
    const header: Record<string, unknown> = {};
    for (let i = 0; i < tensors; i++) {
      const key = `layers.${shard}.${i}.weight`;
      header[key] = { dtype: 'BF16', shape: [each / 2], data_offsets: [i * each, (i + 1) * each] };
      map[key] = name;
    }
    const text = JSON.stringify(header);
    const file = openSync(join(folder, name), 'w');
    writeSync(file, bytes(u64(text.length), text));
    ftruncateSync(file, 8 + text.length + tensors * each);
    closeSync(file);
  }
  writeFileSync(join(folder, 'model.safetensors.index.json'), JSON.stringify({ metadata: {}, weight_map: map }));
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ model_type: 'llama', architectures: ['LlamaForCausalLM'] }));
  return folder;
}

/** One file larger than any buffer may be. */
function writeLargeFile(folder: string): string {
  return writeShards(folder, 1, 4 * 2 ** 30 + 2 ** 20);
}

function writeOne(folder: string): string {
  const path = join(folder, 'model.pkl');
  writeFileSync(path, callingPickle);
  return path;
}

/** Seconds that one file takes beyond what the command needs for the smallest: reading it, once everything has started. */
function secondsAfterStart(folder: string): number {
  const path = writeTorchArchive(folder);
  const { verdict } = scanFile(path, 'm.pt', { tables: scanTables() });
  if (verdict !== 'clean') throw new TypeError(`the archive is ${verdict}`);
  return commandSeconds(path) - commandSeconds(writeOne(folder));
}

/** Tells the peak memory of its process when that ends. */
const peakTeller = "data:text/javascript,process.on('exit',()=>process.stderr.write('peak='+process.resourceUsage().maxRSS))";

/** Peak resident memory of the whole command, its worker threads included, in MB. */
function commandMegabytes(path: string): number {
  const { stderr } = spawnSync(process.execPath, ['--import', peakTeller, cli, 'scan', path], { stdio: ['ignore', 'ignore', 'pipe'] });
  return Number(/peak=(\d+)/.exec(stderr.toString())?.[1]) / 1024;
}

/** Mutants of the real files, in the same proportion: milliseconds of the slowest. */
function slowestMutant(count: number): number {
  const folder = join(root, 'test/corpus/model-scanner/real');
  const samples = readdirSync(folder)
    .filter((name) => !name.endsWith('.py'))
    .map((name) => Uint8Array.from(readFileSync(join(folder, name))));
  let seed = 1;
  const next = (below: number) => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff;
    return seed % below;
  };
  let slowest = 0;
  for (let i = 0; i < count; i++) {
    const file = Uint8Array.from(samples[next(samples.length)] ?? []);
    for (let k = 0; k < 4; k++) file[next(file.length)] = next(256);
    const startedAt = performance.now();
    for (const { unread } of allOf(artefactOf(file)))
      if (unread.some(({ detail }) => /^(TypeError|RangeError)/.test(detail))) throw new TypeError('a reader failed on a mutant');
    slowest = Math.max(slowest, performance.now() - startedAt);
  }
  return slowest;
}

/** What a file costs among many, over what it costs among few: processor time of all threads, after a scan that warms them up. */
async function growthWithFiles(few: number, many: number): Promise<number> {
  const pool = scanPool(undefined);
  const folders = [few, few, many].map((count) => writePickles(mkdtempSync(join(tmpdir(), 'scan-bench-')), count));
  try {
    const costs: number[] = [];
    for (const folder of folders) {
      const before = process.cpuUsage();
      const { filesTotal } = await scanTree([folder], { engineVersion: '0', rulesVersion: '0', pool });
      const { user, system } = process.cpuUsage(before);
      costs.push((user + system) / filesTotal);
    }
    const [, afew = Number.NaN, amany = Number.NaN] = costs;
    return amany / afew;
  } finally {
    await pool.close();
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  }
}

/** Processor time spent on each side of a comparison, in milliseconds. */
const growthMs = 200;
const growthBench = (kind: Growing) => ({
  name: `scan: cost of a byte, 8 times as many ${kind.what} (8 were quadratic)`,
  bar: 2,
  unit: '×',
  run: async () => growthOf(kind, growthMs).ratio,
});

const inCommand = (write: (folder: string) => string) => async () => inFolder((folder) => commandSeconds(write(folder)));
const inMemory = (write: (folder: string) => string) => async () => inFolder((folder) => commandMegabytes(write(folder)));
const seventyGigabytes = (folder: string) => writeShards(folder, 15, 70e9 / 15);
const percent = (part: number, whole: number) => (whole === 0 ? Number.NaN : (100 * part) / whole);
const quality = () => measureQuality().get('');

export const benches = [
  { name: 'scan: one small file, whole command from start to exit', bar: 0.3, unit: 's', run: inCommand(writeOne) },
  { name: 'scan: 2,000 pickles of 3 kB, one in ten hostile, whole command', bar: 0.5, unit: 's', run: inCommand(writePickles) },
  { name: 'scan: 70 GB in 15 shards, sparse, whole command', bar: 2, unit: 's', run: inCommand(seventyGigabytes) },
  { name: 'scan: torch archive of 800 MB, whole command', bar: 0.35, unit: 's', run: inCommand(writeTorchArchive) },
  {
    name: 'scan: torch archive of 800 MB, after the start',
    bar: 0.05,
    unit: 's',
    run: async () => inFolder(secondsAfterStart),
  },
  { name: 'scan: memory for one small file', bar: 150, unit: 'MB', run: inMemory(writeOne) },
  { name: 'scan: memory for 2,000 pickles', bar: 150, unit: 'MB', run: inMemory(writePickles) },
  { name: 'scan: memory for a torch archive of 800 MB', bar: 150, unit: 'MB', run: inMemory(writeTorchArchive) },
  { name: 'scan: memory for a file of 4 GiB', bar: 150, unit: 'MB', run: inMemory(writeLargeFile) },
  { name: 'scan: memory for 400 shards', bar: 150, unit: 'MB', run: inMemory((folder) => writeShards(folder, 400, 10e6)) },
  { name: 'scan: slowest of 5,000 mutants of real files', bar: 1000, unit: 'ms', run: async () => slowestMutant(5000) },
  { name: 'scan: cost of a file among 8,000 over that among 1,000', bar: 1.5, unit: '×', run: async () => growthWithFiles(1000, 8000) },
  ...growing.map(growthBench),
  {
    name: 'scan: hostile artefacts of our mixed corpus called malicious or suspicious',
    bar: 99,
    unit: '%',
    atLeast: true,
    run: async () => percent(quality()?.detected ?? 0, quality()?.hostile ?? 0),
  },
  {
    name: 'scan: harmless artefacts of our mixed corpus called malicious or suspicious',
    bar: 0,
    unit: '%',
    run: async () => percent(quality()?.strictFalseAlarms ?? 0, quality()?.harmless ?? 0),
  },
  {
    name: 'scan: harmless artefacts of our mixed corpus called anything but clean',
    bar: 0.5,
    unit: '%',
    run: async () => percent(quality()?.anyFalseAlarms ?? 0, quality()?.harmless ?? 0),
  },
  {
    name: 'scan: saved files named the same without their name',
    bar: 98,
    unit: '%',
    atLeast: true,
    run: async () => percent(measureNaming().same, measureNaming().files),
  },
];
