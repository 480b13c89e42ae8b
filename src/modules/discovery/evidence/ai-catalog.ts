/** The tables discovery reads: AI packages, hosted model providers, secret shapes. Compiled once; files are in catalog/. */
import { z } from 'zod';
import { loadCatalog, loadCatalogFolder } from '../../../platform/catalog.ts';

export const ecosystems = ['pypi', 'npm', 'go', 'cargo', 'maven', 'nuget'] as const;
export type Ecosystem = (typeof ecosystems)[number];
export const PackageCategory = z.enum([
  'framework',
  'training',
  'serving',
  'sdk',
  'agent',
  'mcp',
  'vector-store',
  'data',
  'evaluation',
  'safety',
]);
export type PackageCategory = z.infer<typeof PackageCategory>;
const PackageEntry = z.strictObject({
  name: z.string().min(1),
  category: PackageCategory,
  provider: z.string().optional(),
  imports: z.array(z.string()).optional(),
  generic: z.boolean().default(false),
});
export const PackageTable = z.strictObject({
  ecosystem: z.enum(ecosystems),
  examples: z.strictObject({ match: z.array(z.string()).min(1), miss: z.array(z.string()).min(1) }),
  packages: z.array(PackageEntry),
});
export type AiPackage = z.infer<typeof PackageEntry> & { readonly ecosystem: Ecosystem };

const Provider = z.strictObject({
  title: z.string(),
  hosts: z.array(z.string()),
  models: z.array(z.string()),
  keys: z.array(z.string()),
  examples: z.strictObject({ match: z.array(z.string()), miss: z.array(z.string()).min(1) }),
});
export const ProviderTable = z.strictObject({
  providers: z.record(z.string(), Provider),
  otherKeys: z.array(z.strictObject({ tool: z.string(), keys: z.array(z.string()) })),
});
const SecretShape = z.strictObject({
  id: z.string(),
  title: z.string(),
  prefix: z.string().min(2),
  pattern: z.string(),
  minEntropy: z.number().min(0).max(6),
  checksum: z.enum(['crc32-base62']).optional(),
  /** The scanner's: its shape alone proves nothing; what it checks beyond the pattern. */
  certainty: z.enum(['possible']).optional(),
  structure: z.enum(['json-web-token']).optional(),
  examples: z.strictObject({ match: z.array(z.string()), miss: z.array(z.string()).min(1) }),
});
export const SecretTable = z.strictObject({ secrets: z.array(SecretShape).min(1) });
export type SecretShape = z.infer<typeof SecretShape>;

export type AiCatalog = {
  readonly packages: ReadonlyMap<string, AiPackage>;
  /** By import name, per ecosystem: key `<ecosystem>\0<module>`. */
  readonly imports: ReadonlyMap<string, AiPackage>;
  readonly providers: readonly ProviderFacts[];
  readonly keyNames: ReadonlyMap<string, { readonly owner: string; readonly provider: string | null }>;
  readonly secrets: readonly SecretShape[];
};
export type ProviderFacts = {
  readonly id: string;
  readonly title: string;
  readonly hosts: readonly RegExp[];
  readonly models: readonly RegExp[];
};

let compiled: AiCatalog | undefined;

/** @throws CatalogError when a file does not fit its schema. */
export function aiCatalog(): AiCatalog {
  compiled ??= compile(
    [...loadCatalogFolder('ai-packages', PackageTable).values()],
    loadCatalog('model-ids/providers', ProviderTable),
    [...loadCatalogFolder('secrets', SecretTable).values()].flatMap(({ secrets }) => secrets),
  );
  return compiled;
}

function compile(
  tables: readonly z.infer<typeof PackageTable>[],
  models: z.infer<typeof ProviderTable>,
  secrets: readonly SecretShape[],
): AiCatalog {
  const packages = new Map<string, AiPackage>();
  const imports = new Map<string, AiPackage>();
  for (const { ecosystem, packages: entries } of tables) {
    for (const entry of entries) {
      const known = { ...entry, ecosystem };
      packages.set(`${ecosystem}\0${normalName(ecosystem, entry.name)}`, known);
      for (const module of entry.imports ?? [defaultImport(ecosystem, entry.name)]) {
        // Two packages may bring one module (faiss-cpu, faiss-gpu): the first listed stands for both.
        if (!imports.has(`${ecosystem}\0${module}`)) imports.set(`${ecosystem}\0${module}`, known);
      }
    }
  }
  return { packages, imports, providers: compileProviders(models), keyNames: keyNamesOf(models), secrets };
}

function compileProviders(models: z.infer<typeof ProviderTable>): ProviderFacts[] {
  return Object.entries(models.providers).map(([id, { title, hosts, models: patterns }]) => ({
    id,
    title,
    hosts: hosts.map((host) => new RegExp(`^${host.replace(/[.]/g, '\\.').replace(/\*/g, '[a-z0-9-]{1,80}')}$`)),
    models: patterns.map((pattern) => new RegExp(`^(?:${pattern})$`)),
  }));
}

function keyNamesOf(models: z.infer<typeof ProviderTable>) {
  const names = new Map<string, { owner: string; provider: string | null }>();
  for (const [id, { title, keys }] of Object.entries(models.providers))
    for (const key of keys) names.set(key, { owner: title, provider: id });
  for (const { tool, keys } of models.otherKeys) for (const key of keys) names.set(key, { owner: tool, provider: null });
  return names;
}

/** PEP 503 for Python, lower case for NuGet and crates (with _ as -), the name itself elsewhere; Go without its major version. */
export function normalName(ecosystem: Ecosystem, name: string): string {
  if (ecosystem === 'pypi') return name.toLowerCase().replace(/[-_.]+/g, '-');
  if (ecosystem === 'cargo') return name.toLowerCase().replace(/_/g, '-');
  if (ecosystem === 'nuget') return name.toLowerCase();
  if (ecosystem === 'go') return name.replace(/\/v\d{1,4}(?=\/|$)/, '');
  return name;
}

function defaultImport(ecosystem: Ecosystem, name: string): string {
  return ecosystem === 'pypi' || ecosystem === 'cargo' ? name.replace(/[-.]/g, '_') : name;
}

/** The AI package a manifest entry names, or null. */
export function packageNamed(ecosystem: Ecosystem, name: string): AiPackage | null {
  return aiCatalog().packages.get(`${ecosystem}\0${normalName(ecosystem, name)}`) ?? null;
}

/** The AI package an imported module belongs to: the longest listed module it equals or lies below. */
export function packageImported(ecosystem: Ecosystem, module: string): AiPackage | null {
  const separator = ecosystem === 'npm' || ecosystem === 'go' ? '/' : '.';
  let name = ecosystem === 'go' ? normalName('go', module) : module;
  for (let hop = 0; hop < 20 && name !== ''; hop += 1) {
    const found = aiCatalog().imports.get(`${ecosystem}\0${name}`);
    if (found) return found;
    const cut = name.lastIndexOf(separator);
    if (cut <= 0) return null;
    name = name.slice(0, cut);
  }
  return null;
}

/** The provider whose model ids look like this one (first listed wins), or null. */
export function providerOfModel(id: string): ProviderFacts | null {
  if (id.length > 200) return null;
  return aiCatalog().providers.find(({ models }) => models.some((pattern) => pattern.test(id))) ?? null;
}

/** The provider that answers at this host (`host` or `host:port`), or null. */
export function providerOfHost(host: string): ProviderFacts | null {
  const bare = host.replace(/:\d+$/, '');
  return aiCatalog().providers.find(({ hosts }) => hosts.some((pattern) => pattern.test(host) || pattern.test(bare))) ?? null;
}
