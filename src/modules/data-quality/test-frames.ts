/** For tests: tables in an engine of their own, and their clean-up. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEngine } from './engine.ts';
import { type Frame, fromOf } from './frame.ts';
import { ingest } from './ingest/ingest.ts';
import type { ReadOptions } from './ingest/ingest-report.ts';

export type Given = { readonly name: string; readonly content: string | Uint8Array; readonly options?: ReadOptions };
export const smallEngine = { memoryMb: 128, threads: 1, diskMb: 256 };

/** Reads the tables one after the other into one engine, hands them over and removes everything. */
export function withFrames<T>(given: readonly Given[], work: (...frames: Frame[]) => Promise<T>): Promise<T> {
  return withReader(async (read) => {
    const frames: Frame[] = [];
    for (const one of given) frames.push(await read(one));
    return await work(...frames);
  });
}

/** Hands over a reader of tables into one engine, and removes everything at the end. Opening an engine takes longer than most tables. */
export async function withReader<T>(work: (read: (given: Given) => Promise<Frame>) => Promise<T>): Promise<T> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'quality-frames-')));
  const staging = join(folder, 'staging');
  mkdirSync(staging);
  const engine = await openEngine(staging, smallEngine);
  let tables = 0;
  try {
    return await work(({ name, content, options = {} }) => {
      const number = tables++;
      const path = join(folder, `source-${number}`);
      writeFileSync(path, content);
      return ingest(engine, staging, { source: { path, name, options }, number });
    });
  } finally {
    engine.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

export const csv = (content: string | Uint8Array, options: ReadOptions = {}): Given => ({ name: 'data.csv', content, options });

/** Raw cells in row order, as the engine holds them. */
export async function cellsOf(frame: Frame): Promise<unknown[][]> {
  const cells = frame.columns.map(({ index }) => `c${index}`).join(', ');
  return frame.engine.rows(`SELECT ${cells} FROM ${fromOf(frame, frame.columns)} ORDER BY r`);
}
