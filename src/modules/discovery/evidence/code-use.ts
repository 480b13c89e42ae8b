/** What one source file (or the code of a notebook) does with AI: facts with lines, no judgement about the rest of the tree. */
import { type AiPackage, aiCatalog, type Ecosystem, packageImported, providerOfHost, providerOfModel } from './ai-catalog.ts';
import { type Argument, type CallFact, callFacts, importFacts, type StringFact, stringFacts } from './calls.ts';
import {
  agents,
  allNames,
  datasetLoaders,
  fileLoaders,
  fileSavers,
  mcpServers,
  modelLoaders,
  servers,
  storeClients,
  toolCalls,
  trainers,
} from './known-calls.ts';
import { type Language, lineFinder, type Masked, mask } from './mask.ts';
import { redacted } from './secret.ts';

export type At = { readonly line: number; readonly evidence: string };
export type CodeUse = {
  readonly path: string;
  readonly folder: string;
  readonly language: Language;
  readonly imports: readonly (At & { package: AiPackage })[];
  readonly hostedModels: readonly (At & { id: string; provider: string; title: string })[];
  readonly endpoints: readonly (At & { url: string; provider: string | null; title: string | null })[];
  readonly references: readonly (At & { kind: 'model' | 'dataset'; name: string; revision: string | null; loader: string })[];
  readonly paths: readonly (At & { text: string; verb: 'loads' | 'saves' | 'names' })[];
  readonly keyNames: readonly (At & { name: string; owner: string })[];
  readonly training: At | null;
  readonly serving: (At & { framework: string }) | null;
  readonly agent: (At & { framework: string }) | null;
  readonly mcpServer: (At & { name: string | null }) | null;
  readonly vectorStores: readonly (At & { product: string; address: string })[];
};

export const ecosystemOf: Readonly<Record<Language, Ecosystem>> = {
  python: 'pypi',
  javascript: 'npm',
  go: 'go',
  rust: 'cargo',
  java: 'maven',
  csharp: 'nuget',
}; // prettier-ignore

/**
 * @param text  source, already bounded.
 * @param place where it stands; `lineOf` maps a line of `text` to one of the file (notebooks).
 * @returns null when nothing in it has to do with AI.
 */
export function codeUse(
  text: string,
  language: Language,
  place: { path: string; folder: string; lineOf?: (line: number) => number },
): CodeUse | null {
  const masked = mask(text, language);
  const at = placer(masked, place.lineOf ?? ((line) => line));
  const strings = stringFacts(masked);
  const imports = importFacts(masked, language).flatMap(({ module, offset }) => {
    const found = packageImported(ecosystemOf[language], module);
    return found ? [{ package: found, ...at(offset) }] : [];
  });
  const said = {
    imports: onePerPackage(imports),
    hostedModels: hostedModelsIn(strings, at),
    endpoints: endpointsIn(strings, at),
    keyNames: keyNamesIn(masked, strings, at),
  };
  // Most files of a project say nothing about AI: what they call need not be looked at.
  if (Object.values(said).every(({ length }) => length === 0)) return null;
  return { path: place.path, folder: place.folder, language, ...said, ...programIn({ masked, strings, imports: said.imports }, at) };
}

type Read = { readonly masked: Masked; readonly strings: readonly StringFact[]; readonly imports: CodeUse['imports'] };
type ProgramFacts = Pick<CodeUse, 'references' | 'paths' | 'training' | 'serving' | 'agent' | 'mcpServer' | 'vectorStores'>;
function programIn({ masked, strings, imports }: Read, at: Placer): ProgramFacts {
  const calls = callFacts(masked, allNames);
  const hasAi = imports.length > 0;
  return {
    references: hasAi ? referencesIn(calls, strings, at) : [],
    paths: pathsIn(calls, strings, at),
    training: hasAi ? trainingIn(calls, imports, at) : null,
    serving: firstCall(calls, servers, at),
    agent: hasAi ? agentIn(calls, imports, at) : null,
    mcpServer: imports.some((one) => one.package.category === 'mcp') ? mcpServerIn(calls, at) : null,
    vectorStores: vectorStoresIn(calls, imports, at),
  };
}

type Placer = (offset: number) => At;
function placer(masked: Masked, lineOf: (line: number) => number): Placer {
  const lineAt = lineFinder(masked.text);
  return (offset) => {
    const start = masked.text.lastIndexOf('\n', offset - 1) + 1;
    const end = masked.text.indexOf('\n', offset);
    const line = masked.text.slice(start, end < 0 ? undefined : end);
    // A minified line is a page long: show what stands around the place.
    const shown = line.length > 400 ? masked.text.slice(Math.max(start, offset - 80), offset + 200) : line;
    return { line: lineOf(lineAt(offset)), evidence: redacted(shown) };
  };
}

function onePerPackage(imports: readonly (At & { package: AiPackage })[]): (At & { package: AiPackage })[] {
  const seen = new Map<AiPackage, At & { package: AiPackage }>();
  for (const one of imports) if (!seen.has(one.package)) seen.set(one.package, one);
  return [...seen.values()];
}

const modelKeys =
  /^(?:model|model_?name|model_?id|model_?version|engine|deployment(?:_?name|_?id)?|llm|chat_?model|embedding_?model|default_?model|[a-z_]*model|[a-z]*Model(?:Id|Name)?)$/i;

/** A model id counts where it is given as a model: under a key or constant that says model, never in a sentence. */
function hostedModelsIn(strings: readonly StringFact[], at: Placer): CodeUse['hostedModels'] {
  return strings.flatMap(({ value, offset, key }) => {
    if (value.length > 120 || /\s/.test(value)) return [];
    const keyed = key !== null && modelKeys.test(key);
    const bare = value
      .replace(/^(?:openai|anthropic|azure|bedrock|gemini|vertex_ai|mistral|groq|google):?\/(?=.)/, '')
      .replace(/^(?:openai|anthropic|google_genai|google-gla):/, '');
    const provider = keyed ? (providerOfModel(value) ?? providerOfModel(bare)) : null;
    return provider ? [{ id: providerOfModel(value) ? value : bare, provider: provider.id, title: provider.title, ...at(offset) }] : [];
  });
}

function endpointsIn(strings: readonly StringFact[], at: Placer): CodeUse['endpoints'] {
  return strings.flatMap(({ value, offset }) => {
    const match = /^(https?):\/\/(?:[^\s/@]{1,200}@)?([A-Za-z0-9.-]{1,253}(?::\d{1,5})?)(\/[^\s?#]{0,300})?/.exec(value);
    if (!match) return [];
    const host = (match[2] ?? '').toLowerCase();
    const provider = providerOfHost(host);
    const path = match[3] ?? '';
    const chat = /\/v1\/(?:chat\/completions|completions|embeddings|messages)\/?$/.test(path);
    if (provider === null && !chat) return [];
    return [{ url: `${match[1]}://${host}${path}`, provider: provider?.id ?? null, title: provider?.title ?? null, ...at(offset) }];
  });
}

/** load_dataset('csv', data_files=…) names a reader, not a data set. */
const datasetBuilders = new Set([
  'csv',
  'json',
  'parquet',
  'arrow',
  'text',
  'xml',
  'imagefolder',
  'audiofolder',
  'videofolder',
  'pandas',
  'webdataset',
  'sql',
]);
const repository = /^[A-Za-z0-9][\w.-]{0,95}(?:\/[\w.-]{1,96})?$/;

function referencesIn(calls: readonly CallFact[], strings: readonly StringFact[], at: Placer): CodeUse['references'] {
  const constants = constantsOf(strings);
  return calls.flatMap((call) => {
    const isModel = modelLoaders.has(call.name);
    if (!isModel && !datasetLoaders.has(call.name)) return [];
    const keys = isModel
      ? ['pretrained_model_name_or_path', 'model', 'model_name_or_path', 'repo_id', 'model_id']
      : ['path', 'dataset_name'];
    // pipeline(task, model): the first argument is a task word, not a model.
    const position = call.name === 'pipeline' ? 1 : 0;
    const name = argumentText(call, keys, { position, constants });
    if (name === null || !repository.test(name) || datasetBuilders.has(name) || /^\.{1,2}\/|\.(?:py|json|csv|txt|pt|pkl)$/.test(name))
      return [];
    const revision = argumentText(call, ['revision', 'code_revision'], { position: -1, constants });
    return [{ kind: isModel ? ('model' as const) : ('dataset' as const), name, revision, loader: call.name, ...at(call.offset) }];
  });
}

/** Names given one text only: `MODEL = "org/name"`. */
function constantsOf(strings: readonly StringFact[]): ReadonlyMap<string, string> {
  const values = new Map<string, string | null>();
  for (const { key, value } of strings) {
    if (key === null) continue;
    values.set(key, values.has(key) && values.get(key) !== value ? null : value);
  }
  return new Map([...values].flatMap(([key, value]) => (value === null ? [] : [[key, value] as const])));
}

function argumentText(
  call: CallFact,
  keys: readonly string[],
  from: { position: number; constants: ReadonlyMap<string, string> },
): string | null {
  const given =
    call.arguments.find(({ key }) => key !== null && keys.includes(key)) ??
    call.arguments.find(({ key, position }) => key === null && position === from.position);
  return given === undefined ? null : textOf(given, from.constants);
}

function textOf(argument: Argument, constants: ReadonlyMap<string, string>): string | null {
  if (argument.value !== null) return argument.value;
  return argument.identifier === null ? null : (constants.get(argument.identifier) ?? null);
}

const pathShape = /^[\w@.\-/\\ ]{1,300}$/;

/** Texts that may be paths of this tree; whether they are is decided once the tree is known. */
function pathsIn(calls: readonly CallFact[], strings: readonly StringFact[], at: Placer): CodeUse['paths'] {
  const constants = constantsOf(strings);
  const found = new Map<string, CodeUse['paths'][number]>();
  const offer = (text: string, verb: 'loads' | 'saves' | 'names', offset: number) => {
    if (!pathShape.test(text) || !/[./\\]/.test(text) || found.size >= 500) return;
    const known = found.get(text);
    if (known === undefined || known.verb === 'names') found.set(text, { text, verb, ...at(offset) });
  };
  for (const call of calls) {
    const saves =
      fileSavers.has(call.name) ||
      (call.name === 'open' && call.arguments.some(({ value }) => value !== null && /^[wa]b?\+?$/.test(value)));
    if (!saves && !fileLoaders.has(call.name) && !modelLoaders.has(call.name)) continue;
    for (const argument of call.arguments) {
      const text = textOf(argument, constants);
      if (text !== null) offer(text, saves ? 'saves' : 'loads', call.offset);
    }
  }
  for (const { value, offset } of strings) offer(value, 'names', offset);
  return [...found.values()];
}

function keyNamesIn(masked: Masked, strings: readonly StringFact[], at: Placer): CodeUse['keyNames'] {
  const known = aiCatalog().keyNames;
  const found = new Map<string, CodeUse['keyNames'][number]>();
  const offer = (name: string, offset: number) => {
    const owner = known.get(name);
    if (owner && !found.has(name)) found.set(name, { name, owner: owner.owner, ...at(offset) });
  };
  for (const { value, offset } of strings) offer(value, offset);
  for (const match of masked.code.matchAll(/\b(?:process\.env|import\.meta\.env|Deno\.env)\.([A-Z][A-Z0-9_]{2,60})\b/g))
    offer(match[1] ?? '', match.index);
  return [...found.values()];
}

function firstCall(calls: readonly CallFact[], names: ReadonlySet<string>, at: Placer): (At & { framework: string }) | null {
  const call = calls.find(({ name }) => names.has(name));
  return call ? { framework: call.name, ...at(call.offset) } : null;
}

function trainingIn(calls: readonly CallFact[], imports: readonly { package: AiPackage }[], at: Placer): At | null {
  if (!imports.some((one) => ['framework', 'training'].includes(one.package.category))) return null;
  const call = calls.find(({ name, on }) => trainers.has(name) && (on !== '' || name.endsWith('Trainer')));
  // model.train() alone only switches a mode: it counts beside backward() or a Trainer, which the list finds on their own.
  if (
    call === undefined ||
    (call.name === 'train' &&
      call.arguments.every(({ value, identifier }) => value === null && identifier === null) &&
      call.on !== 'trainer')
  ) {
    const certain = calls.find(({ name, on }) => trainers.has(name) && name !== 'train' && (on !== '' || name.endsWith('Trainer')));
    return certain ? at(certain.offset) : null;
  }
  return at(call.offset);
}

function agentIn(calls: readonly CallFact[], imports: readonly { package: AiPackage }[], at: Placer): (At & { framework: string }) | null {
  const framework = imports.find((one) => one.package.category === 'agent');
  const built = framework ? calls.find(({ name }) => agents.has(name)) : undefined;
  if (framework && built) return { framework: framework.package.name, ...at(built.offset) };
  const sdk = imports.find((one) => one.package.category === 'sdk');
  const withTools = sdk
    ? calls.find(({ name, arguments: given }) => toolCalls.has(name) && given.some(({ key }) => key === 'tools'))
    : undefined;
  return sdk && withTools ? { framework: sdk.package.name, ...at(withTools.offset) } : null;
}

function mcpServerIn(calls: readonly CallFact[], at: Placer): (At & { name: string | null }) | null {
  const call = calls.find(({ name }) => mcpServers.has(name));
  if (!call) return null;
  const name = call.arguments.find(({ key, position }) => key === 'name' || position === 0)?.value ?? null;
  return { name, ...at(call.offset) };
}

function vectorStoresIn(calls: readonly CallFact[], imports: readonly { package: AiPackage }[], at: Placer): CodeUse['vectorStores'] {
  const store = imports.find((one) => one.package.category === 'vector-store');
  if (!store) return [];
  return calls.flatMap((call) => {
    if (!storeClients.has(call.name)) return [];
    const address = argumentText(call, ['url', 'host', 'uri', 'path', 'location'], { position: 0, constants: new Map() });
    if (address === null || address.length > 300 || /\s/.test(address)) return [];
    return [
      { product: store.package.name, address: address.replace(/:\/\/[^/@]{1,200}@/, '://').replace(/[?#].*$/, ''), ...at(call.offset) },
    ];
  });
}
