/** The scanner's catalogs, loaded once for each process; worker threads get the result, not the files. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { loadCatalogFolder } from '../../../platform/catalog.ts';
import { loadSupplyTables } from '../packages/load-supply-tables.ts';
import { loadPickleTables } from '../pickle/tables.ts';
import { loadSecretTable } from '../secrets/load-secret-table.ts';
import { encodeTables } from './compiled-tables.ts';
import type { Detector } from './detector.ts';
import { OperatorDocument, operatorTables } from './operator-tables.ts';
import type { ScanTables } from './tables.ts';

export type LoadedTables = { readonly tables: ScanTables /** Hash over the catalog's content. */; readonly digest: string };

/** @throws CatalogError when a file of the catalog is broken. */
export function loadScanTables(): LoadedTables {
  const pickleGlobals = [...loadCatalogFolder('pickle-globals', z.unknown()).values()];
  const effects = [...loadCatalogFolder('effects', z.unknown()).values()];
  const operators = [...loadCatalogFolder('operators', OperatorDocument).values()];
  const secrets = loadSecretTable().table;
  const supply = loadSupplyTables().tables;
  const tables = { pickle: loadPickleTables({ pickleGlobals, effects }), operators: operatorTables(operators), secrets, supply };
  return { tables, digest: createHash('sha256').update(encodeTables(tables)).digest('hex') };
}

/** Changes when a rule or a catalog fact changes: two scans with the same value ask the same questions. */
export function rulesVersionOf(detectors: readonly Detector[], catalogDigest: string): string {
  const rules = detectors.map(({ id, title, axis, effect, severity, references, remedy }) => [
    id,
    title,
    axis,
    effect ?? null,
    severity,
    references,
    remedy,
  ]);
  return createHash('sha256')
    .update(JSON.stringify([rules, catalogDigest]))
    .digest('hex')
    .slice(0, 16);
}
