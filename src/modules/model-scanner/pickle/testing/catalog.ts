/** The product's own tables, read from the catalog folders for tests. */
import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { loadPickleTables, type PickleFactTables } from '../tables.ts';

const root = new URL('../../../../../catalog/', import.meta.url);

export function readDocuments(folder: 'pickle-globals' | 'effects'): Map<string, unknown> {
  const base = new URL(`${folder}/`, root);
  const files = readdirSync(base).filter((name) => name.endsWith('.yaml'));
  return new Map(files.map((name) => [`${folder}/${name}`, parse(readFileSync(new URL(name, base), 'utf8'))]));
}

let loaded: PickleFactTables | undefined;

/** Read once for a process. */
export function catalogTables(): PickleFactTables {
  loaded ??= loadPickleTables({
    pickleGlobals: [...readDocuments('pickle-globals').values()],
    effects: [...readDocuments('effects').values()],
  });
  return loaded;
}
