/** The one reader of catalog/: YAML files, validated; nothing else opens them. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import type { z } from 'zod';
import { projectRoot } from './config.ts';

export class CatalogError extends Error {
  override readonly name = 'CatalogError';
}
const loaded = new Map<string, unknown>();
const maxBytes = 8 * 2 ** 20;

/**
 * Loads `catalog/<name>.yaml`.
 * @throws CatalogError naming the file and every value that is wrong: a broken catalog ends the start.
 */
export function loadCatalog<T extends z.ZodType>(name: string, schema: T): z.output<T> {
  const known = loaded.get(name);
  if (known !== undefined) return known as z.output<T>;
  const value = parseFile(join(projectRoot, 'catalog', `${name}.yaml`), schema);
  loaded.set(name, value);
  return value;
}

/** Loads every `catalog/<folder>/*.yaml`, by file name without ending, sorted. */
export function loadCatalogFolder<T extends z.ZodType>(folder: string, schema: T): ReadonlyMap<string, z.output<T>> {
  const key = `${folder}/`;
  const known = loaded.get(key);
  if (known !== undefined) return known as ReadonlyMap<string, z.output<T>>;
  const path = resolve(projectRoot, 'catalog', folder);
  const names = readdirSync(path)
    .filter((name) => name.endsWith('.yaml'))
    .sort();
  const value = new Map(names.map((name) => [name.slice(0, -5), parseFile(join(path, name), schema)]));
  loaded.set(key, value);
  return value;
}

/** A plain list, one entry a line, `#` comments left out: `catalog/<name>.txt`. */
export function loadCatalogLines(name: string): readonly string[] {
  const known = loaded.get(name);
  if (known !== undefined) return known as readonly string[];
  const value = readBounded(join(projectRoot, 'catalog', `${name}.txt`))
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  loaded.set(name, value);
  return value;
}

function readBounded(path: string): string {
  if (statSync(path).size > maxBytes) throw new CatalogError(`${path} is larger than ${maxBytes} bytes.`);
  return readFileSync(path, 'utf8');
}

function parseFile<T extends z.ZodType>(path: string, schema: T): z.output<T> {
  const parsed = schema.safeParse(parse(readBounded(path)));
  if (parsed.success) return parsed.data;
  const wrong = parsed.error.issues.slice(0, 20).map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
  throw new CatalogError(`${path} does not fit its schema:\n${wrong.join('\n')}`);
}
