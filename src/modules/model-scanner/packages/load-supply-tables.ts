/** The catalogs of package names and licences as plain data for worker threads. */
import { z } from 'zod';
import { loadCatalog } from '../../../platform/catalog.ts';
import { type Ecosystem, normalPackageName } from './package-url.ts';
import type { LicenceNames, SupplyTables } from './supply-tables.ts';

/** Only what is needed here: the folder's other fields belong to discovery. */
const AiPackages = z.object({ packages: z.array(z.object({ name: z.string() })) });
const Neighbours = z.record(z.enum(['PyPI', 'npm']), z.strictObject({ neighbours: z.array(z.string()), also: z.array(z.string()) }));
const Licences = z.strictObject({
  licences: z.array(
    z.strictObject({
      id: z.string(),
      terms: z.enum(['permissive', 'copyleft', 'use-restricted', 'non-commercial', 'research-only']),
      names: z.array(z.string()).min(1),
      phrases: z.array(z.string().regex(/^[a-z0-9 ]+$/)),
      without: z.array(z.string()).default([]),
    }),
  ),
  examples: z.strictObject({
    match: z.array(z.strictObject({ text: z.string(), id: z.string() })).min(1),
    miss: z.array(z.string()).min(1),
  }),
});

const ecosystemOfFile: ReadonlyMap<string, Ecosystem> = new Map([
  ['pypi', 'PyPI'],
  ['npm', 'npm'],
  ['go', 'Go'],
  ['cargo', 'crates.io'],
  ['maven', 'Maven'],
  ['nuget', 'NuGet'],
]);

/** @throws CatalogError when a file of the catalog is broken. */
export function loadSupplyTables(): { tables: SupplyTables; examples: z.infer<typeof Licences>['examples'] } {
  const neighbours = loadCatalog('package-neighbours', Neighbours);
  const known = new Map<Ecosystem, Set<string>>();
  for (const [file, ecosystem] of ecosystemOfFile) {
    const { packages } = loadCatalog(`ai-packages/${file}`, AiPackages);
    known.set(ecosystem, new Set(packages.map(({ name }) => normalPackageName(ecosystem, name))));
  }
  for (const ecosystem of ['PyPI', 'npm'] as const) for (const name of neighbours[ecosystem].also) known.get(ecosystem)?.add(name);
  const { licences, examples } = loadCatalog('licences', Licences);
  const names = {
    known,
    neighbours: new Map<Ecosystem, Set<string>>(
      (['PyPI', 'npm'] as const).map((ecosystem) => [ecosystem, new Set(neighbours[ecosystem].neighbours)]),
    ),
  };
  return { tables: { names, licences: licenceNames(licences) }, examples };
}

function licenceNames(licences: z.infer<typeof Licences>['licences']): LicenceNames {
  const byName = new Map(
    licences.flatMap(({ id, terms, names }) => [id, ...names].map((name) => [name.toLowerCase(), { id, terms }] as const)),
  );
  const texts = licences
    .filter(({ phrases }) => phrases.length > 0)
    .map(({ id, terms, phrases, without }) => ({ id, terms, phrases, without }));
  return { byName, texts };
}
