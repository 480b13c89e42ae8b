/** Advisories compiled to one file for scans without platform, database and network. */
import { createReadStream, createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import type { Advisory } from '../advisory.ts';
import { type AdvisoryImport, advisoryProblems, type Exploitation } from '../contract.ts';
import { packageKey } from '../matching/package-name.ts';
import type { ExploitForecast, KnownExploited } from './exploit-data.ts';
import { withFile } from './read-file.ts';

/**
 * Packed lines. First the name of the format, then its sources, then `a TAB ecosystem TAB name TAB advisory`,
 * `k TAB KEV entry`, `e TAB cve TAB probability TAB percentile`: a reader parses only the lines of packages it asks for.
 */
const format = 'ai-spm advisories 1';

export type SnapshotSource = Pick<AdvisoryImport, 'kind' | 'name' | 'dataDate' | 'sha256' | 'records' | 'rejected' | 'ecosystems'>;
export type Snapshot = {
  readonly compiledAt: string;
  readonly sources: readonly SnapshotSource[];
  readonly advisories: readonly Advisory[];
  readonly exploits: { readonly kev: boolean; readonly epss: boolean; readonly found: ReadonlyMap<string, Exploitation> };
};

/**
 * Written beside the target and put in its place when it is whole: a file that cannot be read costs nobody the snapshot of before.
 *
 * @param files of any kind, in any order. @param begins hears which of them is begun.
 * @returns what went in, file by file. @throws advisories.unreadable, .empty
 */
export async function writeSnapshot(
  files: readonly string[],
  target: string,
  begins: (file: string) => void = () => {},
): Promise<SnapshotSource[]> {
  const sources: SnapshotSource[] = [];
  const partial = `${target}.${process.pid}.partial`;
  try {
    // The sources stand last in the making and first in reading: they are known when everything was read.
    await pipeline(Readable.from(linesOf(files, sources, begins)), createGzip(), createWriteStream(partial, { mode: 0o644 }));
    await rename(partial, target);
  } finally {
    await rm(partial, { force: true });
  }
  return sources;
}

async function* linesOf(files: readonly string[], sources: SnapshotSource[], begins: (file: string) => void): AsyncGenerator<string> {
  yield `${format}\n`;
  const later: string[] = [];
  for (const file of files) {
    begins(file);
    const lines: string[] = [];
    sources.push(await withFile(file, new AbortController().signal, (reader) => readOne(file, reader, { lines, later })));
    yield* lines;
  }
  yield* later;
  yield `s\t${JSON.stringify({ compiledAt: new Date().toISOString(), sources })}\n`;
}

type Sink = { readonly lines: string[]; readonly later: string[] };
type Reader = Parameters<Parameters<typeof withFile>[2]>[0];

async function readOne(file: string, { opened, pieces }: Reader, { lines, later }: Sink): Promise<SnapshotSource> {
  let records = 0;
  let { rejected } = opened;
  let newest = '';
  const ecosystems = new Set<string>();
  for await (const piece of pieces()) {
    records += piece.advisories.length + piece.kev.length + piece.epss.length;
    rejected += piece.rejected;
    for (const advisory of piece.advisories) {
      if ((advisory.modified ?? '') > newest) newest = advisory.modified ?? '';
      if (advisory.withdrawn === null) for (const line of advisoryLines(advisory)) lines.push(line);
      for (const { ecosystem } of advisory.affected) ecosystems.add(ecosystem);
    }
    // Read after the advisories, so that only CVEs that matter are kept.
    for (const entry of piece.kev) later.push(`k\t${JSON.stringify(entry)}\n`);
    for (const { cve, probability, percentile } of piece.epss)
      later.push(`e\t${cve}\t${probability}\t${percentile}\t${opened.date ?? ''}\n`);
  }
  if (records === 0) throw advisoryProblems.empty();
  const name = file.slice(file.lastIndexOf('/') + 1);
  return {
    kind: opened.kind,
    name,
    dataDate: opened.date ?? (newest.slice(0, 10) || null),
    sha256: opened.sha256,
    records,
    rejected,
    ecosystems: [...ecosystems].sort(),
  };
}

function* advisoryLines(advisory: Advisory): Generator<string> {
  for (const affected of Map.groupBy(advisory.affected, ({ ecosystem, name }) => packageKey(ecosystem, name)).values()) {
    const [first] = affected;
    if (first !== undefined) yield `a\t${first.ecosystem}\t${first.name}\t${JSON.stringify({ ...advisory, affected })}\n`;
  }
}

/**
 * @param wanted keys made by `packageKey`. Only their advisories are parsed.
 * @throws advisories.noSuchFile, .snapshot
 */
export async function readSnapshot(path: string, wanted: ReadonlySet<string>): Promise<Snapshot> {
  const reading = new SnapshotReading(wanted);
  const lines = createInterface({ input: unpacked(path), crlfDelay: Number.POSITIVE_INFINITY });
  let first = true;
  try {
    for await (const line of lines) {
      if (first && line !== format) throw advisoryProblems.snapshot({ path, reason: 'it does not begin like one' });
      if (!first) reading.take(line);
      first = false;
    }
  } catch (error) {
    if (error instanceof Error && 'status' in error) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (/^E[A-Z]+$/.test(code)) throw advisoryProblems.noSuchFile({ path }, { cause: error });
    throw advisoryProblems.snapshot({ path, reason: 'it is not packed like one' }, { cause: error });
  }
  return reading.finish(path);
}

function unpacked(path: string): Readable {
  const file = createReadStream(path);
  const lines = createGunzip();
  file.on('error', (error) => lines.destroy(error));
  return file.pipe(lines);
}

class SnapshotReading {
  readonly #wanted: ReadonlySet<string>;
  readonly #advisories: Advisory[] = [];
  readonly #cves = new Set<string>();
  readonly #kev = new Map<string, KnownExploited>();
  readonly #epss = new Map<string, ExploitForecast & { readonly date: string | null }>();
  #loaded = { kev: false, epss: false };
  #end: { compiledAt: string; sources: SnapshotSource[] } | null = null;

  constructor(wanted: ReadonlySet<string>) {
    this.#wanted = wanted;
  }

  take(line: string): void {
    const kind = line[0];
    if (kind === 'a') {
      this.#takeAdvisory(line);
      return;
    }
    if (kind === 'k') {
      this.#loaded = { ...this.#loaded, kev: true };
      const entry = JSON.parse(line.slice(2)) as KnownExploited;
      if (this.#cves.has(entry.cve)) this.#kev.set(entry.cve, entry);
      return;
    }
    if (kind === 'e') {
      this.#loaded = { ...this.#loaded, epss: true };
      const [, cve = '', probability, percentile, date = ''] = line.split('\t');
      if (this.#cves.has(cve))
        this.#epss.set(cve, { cve, probability: Number(probability), percentile: Number(percentile), date: date || null });
      return;
    }
    if (kind === 's') this.#end = JSON.parse(line.slice(2)) as { compiledAt: string; sources: SnapshotSource[] };
  }

  #takeAdvisory(line: string): void {
    const nameAt = line.indexOf('\t', 2) + 1;
    const bodyAt = line.indexOf('\t', nameAt) + 1;
    if (!this.#wanted.has(`${line.slice(2, nameAt - 1)}\0${line.slice(nameAt, bodyAt - 1)}`)) return;
    // Written by `writeSnapshot` of this program: the format's name says which one.
    const advisory = JSON.parse(line.slice(bodyAt)) as Advisory;
    this.#advisories.push(advisory);
    for (const id of [advisory.id, ...advisory.aliases]) if (id.startsWith('CVE-')) this.#cves.add(id);
  }

  /** A file without its end was cut: nothing in it can be relied on to be whole. */
  finish(path: string): Snapshot {
    if (this.#end === null) throw advisoryProblems.snapshot({ path, reason: 'its end is missing' });
    const found = new Map([...this.#cves].map((cve) => [cve, this.#exploitation(cve)]));
    return { ...this.#end, advisories: this.#advisories, exploits: { ...this.#loaded, found } };
  }

  #exploitation(cve: string): Exploitation {
    const kev = this.#kev.get(cve);
    const epss = this.#epss.get(cve);
    return {
      kev: this.#loaded.kev ? kev !== undefined : null,
      kevDue: kev?.due ?? null,
      ransomware: kev?.ransomware ?? null,
      epss: epss?.probability ?? null,
      epssPercentile: epss?.percentile ?? null,
      epssDate: epss?.date ?? null,
    };
  }
}
