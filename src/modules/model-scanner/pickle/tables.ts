/** The facts about Python names that the pickle engine judges by, parsed from the catalog documents. Pure. */
import { z } from 'zod';
import { type Effect, effects as effectWords } from '../../../contract/finding.ts';

/** What one argument may be. None is accepted everywhere: it carries nothing. */
export type ArgumentShape = 'data' | 'text' | 'reference' | 'object' | 'any';
/** A call that real libraries write: kinds by position, how many must be there, and whether more may follow. */
export type CallShape = { readonly kinds: readonly ArgumentShape[]; readonly least: number; readonly more: boolean };
export type AllowFact = { readonly asClass: boolean; readonly asReference: boolean; readonly calls: readonly CallShape[] };
/**
 * `atNew`: the effect already happens when the class is built with `__new__` alone.
 * `atCall`: `possible` when the call only prepares the effect, as building a code object does.
 */
export type EffectFact = { readonly effect: Effect; readonly atNew: boolean; readonly atCall: 'proved' | 'possible' };
export type Origin = 'standard-library' | 'ai-package' | 'unknown-package';

export type PickleFactTables = {
  /** Key: module, a space, qualified name. */
  readonly allow: ReadonlyMap<string, AllowFact>;
  /** Modules of which every name is allowed: as reference, or as class. */
  readonly allowModules: ReadonlyMap<string, AllowFact>;
  readonly effects: ReadonlyMap<string, EffectFact>;
  readonly moduleEffects: ReadonlyMap<string, EffectFact>;
  /** Facts that hold for a module and everything below it. */
  readonly prefixEffects: ReadonlyMap<string, EffectFact>;
  readonly standardLibrary: ReadonlySet<string>;
  readonly aiPackages: ReadonlySet<string>;
  /** Python 2 module → Python 3 module, and `module name` → `module name`. */
  readonly python2Modules: ReadonlyMap<string, string>;
  readonly python2Names: ReadonlyMap<string, string>;
  /** `module attribute` → the module or `module name` it really is. */
  readonly exports: ReadonlyMap<string, string>;
};

const lines = z.string().max(2_000_000);
const examples = { matches: z.array(z.string()).min(1), nonMatches: z.array(z.string()).min(1) };
const AllowDocument = z.strictObject({
  kind: z.literal('allow'),
  library: z.string(),
  versions: z.array(z.string()),
  generated: z.boolean(),
  ...examples,
  globals: lines,
});
const Python2Document = z.strictObject({ kind: z.literal('python2-names'), ...examples, modules: lines, names: lines });
const OriginsDocument = z.strictObject({ kind: z.literal('origins'), ...examples, standardLibrary: lines, aiPackages: lines });
const ExportsDocument = z.strictObject({ kind: z.literal('exports'), ...examples, exports: lines });
/** One file of `catalog/pickle-globals/`. */
export const PickleGlobalsDocument = z.discriminatedUnion('kind', [AllowDocument, Python2Document, OriginsDocument, ExportsDocument]);
/** One file of `catalog/effects/`. Lines: `module name effect [new] [possible]`; name `*` is the whole module, module `m.*` also all below it. */
export const EffectsDocument = z.strictObject({ library: z.string(), ...examples, facts: lines });

/** Parsed documents of the two catalog folders, in any order. */
export type CatalogRows = { readonly pickleGlobals: readonly unknown[]; readonly effects: readonly unknown[] };

function* rowsOf(text: string): Generator<string[]> {
  for (const line of text.split('\n')) {
    const row = line.replace(/#.*$/, '').trim();
    if (row !== '') yield row.split(/\s+/);
  }
}

const shapeWords: ReadonlySet<string> = new Set(['data', 'text', 'reference', 'object', 'any']);

/** `call(text,data,any?)`, `call(*)`: `?` may be missing, `*` any number more. */
function parseCall(word: string): CallShape | undefined {
  if (!word.startsWith('call(') || !word.endsWith(')')) return undefined;
  const parts = word.slice(5, -1).split(',').filter(Boolean);
  const more = parts.at(-1) === '*';
  const named = more ? parts.slice(0, -1) : parts;
  const kinds = named.map((part) => part.replace(/\?$/, ''));
  if (!kinds.every((kind) => shapeWords.has(kind))) return undefined;
  const firstOptional = named.findIndex((part) => part.endsWith('?'));
  return { kinds: kinds as ArgumentShape[], least: firstOptional < 0 ? named.length : firstOptional, more };
}

/** Positions of an allow line: `class`, `reference`, `call(…)`. */
export function parseAllow(words: readonly string[]): AllowFact {
  const calls = words.map(parseCall).filter((shape) => shape !== undefined);
  const asClass = words.includes('class');
  return { asClass, asReference: asClass || words.includes('reference'), calls };
}

function mergeAllow(earlier: AllowFact | undefined, later: AllowFact): AllowFact {
  if (!earlier) return later;
  return {
    asClass: earlier.asClass || later.asClass,
    asReference: earlier.asReference || later.asReference,
    calls: [...earlier.calls, ...later.calls],
  };
}

const effectSet: ReadonlySet<string> = new Set(effectWords);

function addEffects(document: unknown, tables: ReturnType<typeof emptyTables>): void {
  for (const [module = '', name = '', effect = '', ...rest] of rowsOf(EffectsDocument.parse(document).facts)) {
    if (!effectSet.has(effect)) continue;
    const atCall = rest.includes('possible') ? 'possible' : 'proved';
    const fact: EffectFact = { effect: effect as Effect, atNew: rest.includes('new'), atCall };
    if (module.endsWith('.*')) tables.prefixEffects.set(module.slice(0, -2), fact);
    else if (name === '*') tables.moduleEffects.set(module, fact);
    else tables.effects.set(`${module} ${name}`, fact);
  }
}

function addGlobals(document: unknown, tables: ReturnType<typeof emptyTables>): void {
  const parsed = PickleGlobalsDocument.parse(document);
  if (parsed.kind === 'allow') {
    for (const [module = '', name = '', ...words] of rowsOf(parsed.globals)) {
      const target = name === '*' ? tables.allowModules : tables.allow;
      const key = name === '*' ? module : `${module} ${name}`;
      target.set(key, mergeAllow(target.get(key), parseAllow(words)));
    }
    return;
  }
  if (parsed.kind === 'origins') {
    for (const words of rowsOf(parsed.standardLibrary)) for (const word of words) tables.standardLibrary.add(word);
    for (const words of rowsOf(parsed.aiPackages)) for (const word of words) tables.aiPackages.add(word);
    return;
  }
  if (parsed.kind === 'exports') {
    for (const [module = '', attribute = '', ...target] of rowsOf(parsed.exports))
      tables.exports.set(`${module} ${attribute}`, target.join(' '));
    return;
  }
  for (const [from = '', to = ''] of rowsOf(parsed.modules)) tables.python2Modules.set(from, to);
  for (const [module = '', name = '', ...to] of rowsOf(parsed.names)) tables.python2Names.set(`${module} ${name}`, to.join(' '));
}

function emptyTables() {
  return {
    allow: new Map<string, AllowFact>(),
    allowModules: new Map<string, AllowFact>(),
    effects: new Map<string, EffectFact>(),
    moduleEffects: new Map<string, EffectFact>(),
    prefixEffects: new Map<string, EffectFact>(),
    standardLibrary: new Set<string>(),
    aiPackages: new Set<string>(),
    python2Modules: new Map<string, string>(),
    python2Names: new Map<string, string>(),
    exports: new Map<string, string>(),
  };
}

/**
 * Tables from the parsed documents of `catalog/pickle-globals` and `catalog/effects`.
 * @throws ZodError when a document has not the shape of its folder: the catalog is part of the product, so that is a defect.
 */
export function loadPickleTables(rows: CatalogRows): PickleFactTables {
  const tables = emptyTables();
  for (const document of rows.pickleGlobals) addGlobals(document, tables);
  for (const document of rows.effects) addEffects(document, tables);
  return tables;
}

/** The same tables with every harm fact deleted: allow facts and call shape must still find every hostile pickle. */
export function withoutEffects(tables: PickleFactTables): PickleFactTables {
  return { ...tables, effects: new Map(), moduleEffects: new Map(), prefixEffects: new Map() };
}
