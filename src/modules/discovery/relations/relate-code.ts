/** What code does becomes hits: frameworks and hosted models it uses, models it names, and the pipelines, endpoints and agents it is. */

import type { HitEdge, HitKind } from '../contract.ts';
import type { AiPackage } from '../evidence/ai-catalog.ts';
import { type CodeUse, ecosystemOf } from '../evidence/code-use.ts';
import type { Evidence } from '../evidence/evidence.ts';
import { type HitSet, packageUrl } from '../runs/hit-set.ts';
import { addressKey, baseName, fileKey, type Owners, parentOf } from '../tree/path-key.ts';
import { resolvePath } from './relate-artefacts.ts';

export function relateCode(evidence: Evidence, hits: HitSet, owners: Owners): void {
  const listed = new Set(
    evidence.requirements.map(({ requirement }) => `${requirement.ecosystem}\0${requirement.name.toLowerCase().replace(/[-_.]+/g, '-')}`),
  );
  const usesAi = listed.size > 0 || evidence.code.some(({ use }) => use.imports.some((one) => !one.package.generic));
  const uses = evidence.code.map(({ use, notebook }) => ({ use: confirmed(use, evidence.paths, listed), notebook }));
  const hostedProviders = new Set(uses.flatMap(({ use }) => use.hostedModels.map(({ provider }) => provider)));
  for (const { use, notebook } of uses) {
    addFrameworks(use, hits);
    const hosted = addHostedModels(use, usesAi, hits);
    addEndpoints(use, { hostedProviders, root: evidence.root }, hits);
    const references = addReferences(use, evidence, hits);
    addKeysAndStores(use, evidence, hits);
    addProgram({ use, notebook, hosted, references }, evidence, { hits, owners });
  }
}

/** Imports under ordinary words count when a manifest names the package; a module of the project itself never does. */
function confirmed(use: CodeUse, paths: ReadonlySet<string>, listed: ReadonlySet<string>): CodeUse {
  const imports = use.imports.filter(({ package: found }) => {
    if (found.generic && !listed.has(`${found.ecosystem}\0${found.name}`)) return false;
    return use.language !== 'python' || !isOwnModule(found, use.folder, paths);
  });
  if (imports.length === use.imports.length) return use;
  const kept = imports.length > 0;
  return {
    ...use,
    imports,
    references: kept ? use.references : [],
    training: kept ? use.training : null,
    agent: kept ? use.agent : null,
    mcpServer: imports.some((one) => one.package.category === 'mcp') ? use.mcpServer : null,
  };
}

function isOwnModule(found: AiPackage, folder: string, paths: ReadonlySet<string>): boolean {
  const top = (found.imports?.[0] ?? found.name.replace(/[-.]/g, '_')).split('.')[0] ?? '';
  return [folder, '', 'src'].some((at) =>
    [`${top}.py`, `${top}/__init__.py`].some((name) => paths.has(at === '' ? name : `${at}/${name}`)),
  );
}

function addFrameworks(use: CodeUse, hits: HitSet): void {
  for (const { package: found, line, evidence } of use.imports)
    hits.add({
      kind: 'framework-use',
      assetType: null,
      name: found.name,
      keys: [`use:${ecosystemOf[use.language]}/${found.name}`],
      confidence: 'certain',
      method: 'import',
      places: [{ path: use.path, line, evidence }],
      facts: { category: found.category, ecosystem: found.ecosystem, provider: found.provider },
    }); // prettier-ignore
}

/** @returns keys of the hosted models this file calls. */
function addHostedModels(use: CodeUse, usesAi: boolean, hits: HitSet): string[] {
  const providers = new Set([
    ...use.imports.flatMap((one) => one.package.provider ?? []),
    ...use.endpoints.flatMap(({ provider }) => provider ?? []),
  ]);
  const anyProvider = use.imports.some((one) => ['sdk', 'agent'].includes(one.package.category));
  return use.hostedModels.flatMap(({ id, provider, title, line, evidence }) => {
    const sure = providers.has(provider) || anyProvider;
    // Ids as short as "o1" are words elsewhere too: without a client in the same file they count only in a project that uses AI.
    if (!sure && (!usesAi || id.length < 5)) return [];
    const key = `hosted:${provider}/${id}`;
    hits.add({
      kind: 'hosted-model',
      assetType: 'api',
      name: `${id} (${title})`,
      keys: [key],
      confidence: sure ? 'certain' : 'possible',
      method: 'call',
      places: [{ path: use.path, line, evidence }],
      facts: { provider: title, model: id },
    }); // prettier-ignore
    return [key];
  });
}

/** The provider's address is evidence for its models; without a named model it is the asset itself. */
function addEndpoints(use: CodeUse, { hostedProviders, root }: { hostedProviders: ReadonlySet<string>; root: string }, hits: HitSet): void {
  for (const { url, provider, title, line, evidence } of use.endpoints) {
    const host = /^https?:\/\/([^/]+)/.exec(url)?.[1] ?? url;
    const own = provider === null || provider === 'ollama' || provider === 'azure';
    hits.add({
      kind: 'endpoint',
      assetType: provider !== null && hostedProviders.has(provider) ? null : own ? 'endpoint' : 'api',
      name: title === null ? host : `${title} at ${host}`,
      keys: [addressKey(root, url)],
      confidence: provider === null ? 'probable' : 'certain',
      method: 'call',
      places: [{ path: use.path, line, evidence }],
      facts: { provider: title ?? undefined, host },
    }); // prettier-ignore
  }
}

function addReferences(use: CodeUse, evidence: Evidence, hits: HitSet): HitEdge[] {
  return use.references.flatMap(({ kind, name, revision, loader, line, evidence: shown }) => {
    // A folder of the tree is a local model, linked by its path below.
    if (evidence.folders.has(name) || evidence.folders.has(use.folder === '' ? name : `${use.folder}/${name}`)) return [];
    const isModel = kind === 'model';
    const key = isModel ? `purl:${packageUrl('huggingface', name, null)}` : `hf-dataset:${name}`;
    hits.add({
      kind: isModel ? 'model-reference' : 'dataset-reference',
      assetType: isModel ? 'model' : 'dataset',
      name,
      purl: isModel ? packageUrl('huggingface', name, revision) : null,
      keys: [key],
      confidence: name.includes('/') ? 'certain' : 'probable',
      method: 'call',
      places: [{ path: use.path, line, evidence: shown }],
      facts: { loader, revision: revision ?? 'unpinned', registry: 'Hugging Face' },
    }); // prettier-ignore
    return [{ kind: isModel ? ('depends_on' as const) : ('trains_on' as const), toKey: key, inferred: false }];
  });
}

function addKeysAndStores(use: CodeUse, evidence: Evidence, hits: HitSet): void {
  for (const { name, owner, line, evidence: shown } of use.keyNames)
    hits.add({
      kind: 'key-name',
      assetType: null,
      name,
      keys: [`key-name:${name}`],
      confidence: 'certain',
      method: 'call',
      places: [{ path: use.path, line, evidence: shown }],
      facts: { owner },
    }); // prettier-ignore
  for (const store of use.vectorStores)
    hits.add({
      kind: 'vector-store',
      assetType: 'infrastructure',
      name: `${store.product} at ${store.address}`.slice(0, 200),
      keys: [storeKey(store, evidence.root)],
      confidence: 'certain',
      method: 'call',
      places: [{ path: use.path, line: store.line, evidence: store.evidence }],
      facts: { product: store.product, address: store.address },
    }); // prettier-ignore
}

function storeKey({ product, address }: { product: string; address: string }, root: string): string {
  return /^https?:\/\//.test(address) ? addressKey(root, address) : `store:${root}#${product}/${address}`;
}

type Program = { use: CodeUse; notebook: boolean; hosted: readonly string[]; references: readonly HitEdge[] };
type Role = { kind: HitKind; assetType: 'pipeline' | 'endpoint' | 'agent' | 'mcp_server'; line: number; evidence: string; word: string };

const weightName = /\.(?:onnx|pkl|pickle|joblib|pt|pth|ckpt|safetensors|gguf|h5|keras|tflite|cbm|ubj|bin|mlmodel)$/i;

/** A file is one asset: what it is outermost. An agent that also trains is an agent. */
function roleOf({ use, notebook, hosted, references }: Program, loadsModel: boolean): Role | null {
  if (use.mcpServer)
    return { kind: 'mcp-server', assetType: 'mcp_server', line: use.mcpServer.line, evidence: use.mcpServer.evidence, word: 'MCP server' };
  if (use.agent)
    return { kind: 'agent', assetType: 'agent', line: use.agent.line, evidence: use.agent.evidence, word: use.agent.framework };
  // Weights are often not part of the repository: loading them by path is use enough.
  const loadsAway = use.imports.length > 0 && use.paths.some(({ verb, text }) => verb === 'loads' && weightName.test(text));
  const usesModel = hosted.length > 0 || loadsModel || loadsAway || references.some(({ kind }) => kind === 'depends_on');
  if (use.serving && usesModel)
    return { kind: 'endpoint', assetType: 'endpoint', line: use.serving.line, evidence: use.serving.evidence, word: use.serving.framework };
  if (notebook && (use.imports.length > 0 || usesModel)) {
    const first = use.training ?? use.imports[0] ?? use.hostedModels[0];
    return first
      ? {
          kind: 'notebook',
          assetType: 'pipeline',
          line: first.line,
          evidence: first.evidence,
          word: use.training ? 'training' : 'analysis',
        }
      : null;
  }
  return use.training
    ? { kind: 'training-code', assetType: 'pipeline', line: use.training.line, evidence: use.training.evidence, word: 'training' }
    : null;
}

function addProgram(program: Program, evidence: Evidence, { hits, owners }: { hits: HitSet; owners: Owners }): void {
  const { use, hosted, references } = program;
  const files = use.paths.flatMap(({ text, verb }) => {
    const owner = ownerOf(text, use.folder, evidence, owners);
    return owner ? [{ owner, verb }] : [];
  });
  const role = roleOf(
    program,
    files.some(({ owner, verb }) => owner.kind === 'model' && verb === 'loads'),
  );
  if (role === null) return;
  const stores: HitEdge[] = use.vectorStores.map((store) => ({ kind: 'reads', toKey: storeKey(store, evidence.root), inferred: false }));
  hits.add({
    kind: role.kind,
    assetType: role.assetType,
    name: programName(program, role),
    keys: [fileKey(evidence.root, use.path)],
    confidence: role.kind === 'agent' && use.agent === null ? 'probable' : 'certain',
    method: 'call',
    places: [{ path: use.path, line: role.line, evidence: role.evidence }],
    facts: {
      language: use.language,
      role: role.word,
      frameworks:
        use.imports
          .map((one) => one.package.name)
          .join(', ')
          .slice(0, 500) || undefined,
    },
    edges: [
      ...references,
      ...hosted.map((toKey): HitEdge => ({ kind: 'calls', toKey, inferred: false })),
      ...stores,
      ...files.map(({ owner, verb }) => fileEdge(owner, verb, role)),
    ],
  });
}

function programName({ use }: Program, role: Role): string {
  if (role.kind === 'mcp-server' && use.mcpServer?.name) return use.mcpServer.name;
  const parent = baseName(parentOf(use.path));
  return parent === '' ? baseName(use.path) : `${parent}/${baseName(use.path)}`;
}

/** The model or data set a path in code means: a file of the tree, or a folder that is one. */
function ownerOf(text: string, folder: string, evidence: Evidence, owners: Owners) {
  const file = resolvePath(text, folder, evidence.paths);
  if (file !== null) return owners.get(file);
  const clean = text.replaceAll('\\', '/').replace(/^\.\//, '').replace(/\/$/, '');
  for (let at = folder; ; at = parentOf(at)) {
    const key = `folder:${evidence.root}/${at === '' ? clean : `${at}/${clean}`}`;
    const owner = owners.get(key);
    if (owner) return owner;
    if (at === '') return undefined;
  }
}

function fileEdge(owner: { key: string; kind: 'model' | 'dataset' }, verb: 'loads' | 'saves' | 'names', role: Role): HitEdge {
  const inferred = verb === 'names';
  if (owner.kind === 'dataset')
    return { kind: verb === 'saves' ? 'writes' : role.assetType === 'pipeline' ? 'trains_on' : 'reads', toKey: owner.key, inferred };
  if (verb === 'saves') return { kind: 'produces', toKey: owner.key, inferred };
  return { kind: role.assetType === 'endpoint' ? 'serves' : 'depends_on', toKey: owner.key, inferred };
}
