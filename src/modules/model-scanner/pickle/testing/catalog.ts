/** The product's own tables, for tests. */
import { z } from 'zod';
import { loadCatalogFolder } from '../../../../platform/catalog.ts';
import { loadPickleTables, type PickleFactTables } from '../tables.ts';

/** Documents by file name. */
export const readDocuments = (folder: 'pickle-globals' | 'effects'): ReadonlyMap<string, unknown> => loadCatalogFolder(folder, z.unknown());

let loaded: PickleFactTables | undefined;

/** Read once for a process. */
export function catalogTables(): PickleFactTables {
  loaded ??= loadPickleTables({
    pickleGlobals: [...readDocuments('pickle-globals').values()],
    effects: [...readDocuments('effects').values()],
  });
  return loaded;
}
