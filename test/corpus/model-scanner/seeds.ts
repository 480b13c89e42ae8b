/** Files to start from: those that real libraries wrote, and every constant that the builders here offer. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Seed } from './fuzz.ts';

const folder = import.meta.dirname;

export async function builtSeeds(): Promise<Seed[]> {
  const seeds: Seed[] = [];
  for (const name of readdirSync(folder)
    .filter((file) => /^build-.*\.ts$/.test(file))
    .sort()) {
    const exports: Record<string, unknown> = await import(pathToFileURL(join(folder, name)).href);
    for (const [word, value] of Object.entries(exports)) collect(value, word, seeds);
  }
  return seeds;
}

/** Bytes, and lists, records and pairs of them; functions need arguments and are left out. */
function collect(value: unknown, word: string, seeds: Seed[], depth = 3): void {
  if (value instanceof Uint8Array) seeds.push({ name: word, bytes: value });
  else if (depth > 0 && typeof value === 'object' && value !== null)
    for (const [key, item] of Object.entries(value))
      collect(item, typeof key === 'string' && key.includes('.') ? key : word, seeds, depth - 1);
}

/** Every file in a folder here that no program of ours reads as code. */
export function realSeeds(): Seed[] {
  const found: Seed[] = [];
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile() && entry.parentPath !== folder && !/\.(py|R|ts)$/.test(entry.name))
      found.push({ name: entry.name, bytes: Uint8Array.from(readFileSync(join(entry.parentPath, entry.name))) });
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}
