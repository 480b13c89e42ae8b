/** For tests: tables in an engine of their own, and their clean-up. */
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Engine, openEngine } from './engine.ts';
import { type Frame, fromOf } from './frame.ts';
import { ingest } from './ingest/ingest.ts';
import type { ReadOptions } from './ingest/ingest-report.ts';

export type Given = { readonly name: string; readonly content: string | Uint8Array; readonly options?: ReadOptions };
export const smallEngine = { memoryMb: 128, threads: 1, diskMb: 256 };

/** Reads the tables one after the other into one engine, hands them over and removes them. */
export function withFrames<T>(given: readonly Given[], work: (...frames: Frame[]) => Promise<T>): Promise<T> {
  return withReader(async (read) => {
    const frames: Frame[] = [];
    for (const one of given) frames.push(await read(one));
    return await work(...frames);
  });
}

/** Opening and closing an engine takes longer than most tables: all tests of a process share one, whose folder goes with the process. */
type Room = { readonly folder: string; readonly staging: string; readonly engine: Engine };
let room: Promise<Room> | undefined;
let tables = 0;

async function openRoom(): Promise<Room> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'quality-frames-')));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const staging = join(folder, 'staging');
  mkdirSync(staging);
  return { folder, staging, engine: await openEngine(staging, smallEngine) };
}

/** Hands over a reader of tables, and removes them at the end. */
export async function withReader<T>(work: (read: (given: Given) => Promise<Frame>) => Promise<T>): Promise<T> {
  room ??= openRoom();
  const { folder, staging, engine } = await room;
  const numbers: number[] = [];
  const frames: Frame[] = [];
  try {
    return await work(async ({ name, content, options = {} }) => {
      const number = tables++;
      numbers.push(number);
      const path = join(folder, `source-${number}`);
      writeFileSync(path, content);
      const frame = await ingest(engine, staging, { source: { path, name, options }, number });
      frames.push(frame);
      return frame;
    });
  } finally {
    for (const frame of frames) await drop(frame);
    for (const path of filesOf(await room, numbers)) rmSync(path, { force: true });
  }
}

async function drop({ engine, relations, ingest: { format } }: Frame): Promise<void> {
  for (const relation of relations) await engine.run(`DROP ${format === 'parquet' ? 'VIEW' : 'TABLE'} IF EXISTS ${relation}`);
}

/** Of these tables; beside them lie the engine's own. */
function filesOf({ folder, staging }: Room, numbers: readonly number[]): string[] {
  const left = readdirSync(staging).filter((name) => numbers.includes(Number(/^(?:plain|data)-(\d+)/.exec(name)?.[1])));
  return [...numbers.map((number) => join(folder, `source-${number}`)), ...left.map((name) => join(staging, name))];
}

export const csv = (content: string | Uint8Array, options: ReadOptions = {}): Given => ({ name: 'data.csv', content, options });

/** Raw cells in row order, as the engine holds them. */
export async function cellsOf(frame: Frame): Promise<unknown[][]> {
  const cells = frame.columns.map(({ index }) => `c${index}`).join(', ');
  return frame.engine.rows(`SELECT ${cells} FROM ${fromOf(frame, frame.columns)} ORDER BY r`);
}
