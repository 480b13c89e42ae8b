/** A file of advisories or exploit knowledge, opened and read piece by piece. Runs in a worker thread: the file is hostile. */
import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { Advisory } from '../advisory.ts';
import { type ExploitForecast, type KnownExploited, readEpss, readKev } from './exploit-data.ts';
import { IntakeRefused } from './intake-refused.ts';
import { readOsv } from './osv.ts';
import { bytesAt, type OpenFile, type ZipEntry, zipContent, zipEntries } from './zip-file.ts';

export const intakeKinds = ['osv', 'kev', 'epss'] as const;
export type IntakeKind = (typeof intakeKinds)[number];
export type Opened = {
  readonly kind: IntakeKind;
  /** Records to read, one by one. */
  readonly count: number;
  /** Day the data is of, where the file says it. */
  readonly date: string | null;
  readonly sha256: string;
  readonly bytes: number;
  /** Rows that were not what they should be, known already when opened. */
  readonly rejected: number;
};
export type Piece = {
  readonly advisories: readonly Advisory[];
  readonly kev: readonly KnownExploited[];
  readonly epss: readonly ExploitForecast[];
  /** Entries that are no advisory, by name, the first twenty. */
  readonly refused: readonly string[];
  readonly rejected: number;
};

/** KEV and EPSS: 300,000 rows are 25 MB. */
const mostTextBytes = 256 * 2 ** 20;

type Content =
  | { readonly kind: 'osv'; readonly entries: readonly ZipEntry[] }
  | { readonly kind: 'osv-record'; readonly value: unknown }
  | { readonly kind: 'kev'; readonly rows: readonly KnownExploited[] }
  | { readonly kind: 'epss'; readonly rows: readonly ExploitForecast[] };

/** One open file. @throws IntakeRefused when it is none of the three. */
export class Intake {
  readonly opened: Opened;
  readonly #file: OpenFile;
  readonly #content: Content;

  constructor(path: string) {
    const descriptor = openSync(path, 'r');
    try {
      this.#file = { descriptor, size: fstatSync(descriptor).size };
      const { content, date, rejected } = contentOf(this.#file);
      this.#content = content;
      const kind = content.kind === 'osv-record' ? 'osv' : content.kind;
      const count = content.kind === 'osv' ? content.entries.length : content.kind === 'osv-record' ? 1 : content.rows.length;
      this.opened = { kind, count, date, sha256: digestOf(this.#file), bytes: this.#file.size, rejected };
    } catch (error) {
      closeSync(descriptor);
      throw error;
    }
  }

  /** Records `from` to `from + most`. */
  read(from: number, most: number): Piece {
    const content = this.#content;
    if (content.kind === 'kev') return { ...nothing, kev: content.rows.slice(from, from + most) };
    if (content.kind === 'epss') return { ...nothing, epss: content.rows.slice(from, from + most) };
    if (content.kind === 'osv-record') return pieceOf([['the record', content.value]]);
    return pieceOf(content.entries.slice(from, from + most).map((entry) => [entry.name, this.#record(entry)]));
  }

  #record(entry: ZipEntry): unknown {
    try {
      return JSON.parse(zipContent(this.#file, entry).toString('utf8'));
    } catch {
      // Counted and named by the caller: one broken entry does not lose the others.
      return null;
    }
  }

  close(): void {
    closeSync(this.#file.descriptor);
  }
}

const nothing: Piece = { advisories: [], kev: [], epss: [], refused: [], rejected: 0 };

function pieceOf(records: readonly (readonly [name: string, value: unknown])[]): Piece {
  const advisories: Advisory[] = [];
  const refused: string[] = [];
  for (const [name, value] of records) {
    const advisory = readOsv(value);
    if (advisory === null) refused.push(name.slice(0, 200));
    else advisories.push(advisory);
  }
  return { ...nothing, advisories, refused: refused.slice(0, 20), rejected: refused.length };
}

type Found = { readonly content: Content; readonly date: string | null; readonly rejected: number };

/** By content: names and endings say nothing. */
function contentOf(file: OpenFile): Found {
  const head = bytesAt(file, 0, Math.min(file.size, 4));
  if (head.length === 4 && head.readUInt32LE(0) === 0x04034b50)
    return { content: { kind: 'osv', entries: zipEntries(file) }, date: null, rejected: 0 };
  if (file.size > mostTextBytes) throw new IntakeRefused('it is too large for a KEV or EPSS file and no zip archive');
  const bytes = bytesAt(file, 0, file.size);
  return textContent(head[0] === 0x1f && head[1] === 0x8b ? unzipped(bytes) : bytes.toString('utf8'));
}

function unzipped(bytes: Buffer): string {
  try {
    return gunzipSync(bytes, { maxOutputLength: mostTextBytes }).toString('utf8');
  } catch (error) {
    throw new IntakeRefused('its gzip stream is broken or too large', { cause: error });
  }
}

function textContent(text: string): Found {
  if (!/^\uFEFF?\s*\{/.test(text.slice(0, 100))) {
    const { rows, date, rejected } = readEpss(text.replace(/^\uFEFF/, ''));
    return { content: { kind: 'epss', rows }, date, rejected };
  }
  const value = parsed(text);
  if (typeof value !== 'object' || value === null) throw new IntakeRefused('it is no object');
  if ('vulnerabilities' in value && 'catalogVersion' in value) {
    const { rows, date, rejected } = readKev(value);
    return { content: { kind: 'kev', rows }, date, rejected };
  }
  if ('id' in value && 'modified' in value) return { content: { kind: 'osv-record', value }, date: null, rejected: 0 };
  throw new IntakeRefused('it is neither an OSV record or archive, nor KEV, nor EPSS');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new IntakeRefused('it is broken JSON', { cause: error });
  }
}

function digestOf({ descriptor, size }: OpenFile): string {
  const hash = createHash('sha256');
  const buffer = Buffer.alloc(2 ** 20);
  for (let at = 0; at < size; ) {
    const got = readSync(descriptor, buffer, 0, buffer.length, at);
    if (got === 0) break;
    hash.update(buffer.subarray(0, got));
    at += got;
  }
  return hash.digest('hex');
}
