/** The scanner's catalogs in one text that loads in milliseconds, and the version of its rules: an offline scan reads no YAML. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { fileText, type GeneratedFile, type Generator, notice, quote } from './generated.ts';

const slice = 'src/modules/model-scanner';

/** Imported when asked, not at the top: the list of detectors may have been written a moment ago. */
export const scannerCatalog: Generator = {
  name: 'scanner catalog',
  files: async (base) => (existsSync(join(base, slice, 'engine/load-tables.ts')) ? catalogFiles(base) : []),
};

type LoadModule = {
  loadScanTables(): { readonly tables: unknown; readonly digest: string };
  rulesVersionOf(detectors: readonly unknown[], digest: string): string;
};

async function catalogFiles(base: string): Promise<GeneratedFile[]> {
  const { loadScanTables, rulesVersionOf } = await load<LoadModule>(base, 'engine/load-tables.ts');
  const { encodeTables } = await load<{ encodeTables(tables: unknown): string }>(base, 'engine/compiled-tables.ts');
  const { detectors } = await load<{ detectors: readonly unknown[] }>(base, 'detectors.generated.ts');
  const { tables, digest } = loadScanTables();
  return [
    { path: `${slice}/catalog.generated.ts`, text: fileText(notice, `export const catalog = String.raw\`${raw(encodeTables(tables))}\`;`) },
    {
      path: `${slice}/rules-version.generated.ts`,
      text: fileText(notice, `export const rulesVersion = ${quote(rulesVersionOf(detectors, digest))};`),
    },
  ];
}

/** JSON may write any character as an escape: then none is left that would end the literal. */
function raw(json: string): string {
  return json.replaceAll('`', '\\u0060').replaceAll('${', '\\u0024{');
}

async function load<T>(base: string, path: string): Promise<T> {
  // A file of ours with a known face; the import cannot be static because generation may have just written what it imports.
  return (await import(pathToFileURL(join(base, slice, path)).href)) as T;
}
