/** From the names a pickle writes to the names Python would find: Python 2 mapping, dotted paths, re-exports. Pure. */
import type { AllowFact, EffectFact, Origin, PickleFactTables } from './tables.ts';

export type Target = {
  readonly module: string;
  /** Qualified name; empty when the target is the module itself. */
  readonly name: string;
  /** Module and name with a space between: the key of every table. */
  readonly key: string;
  /** As written, when it differs. */
  readonly written?: string;
  readonly allow: AllowFact | undefined;
  readonly effect: EffectFact | undefined;
  readonly origin: Origin;
  /**
   * How the name was reached: `plain`; `member`: an attribute of a class; `constant`: an upper-case attribute of a class, as enums are;
   * `unknown-hop`: through an attribute of a module that is neither module nor class; `hidden`: through a dunder. No ordinary pickler
   * writes the last two.
   */
  readonly path: 'plain' | 'member' | 'constant' | 'unknown-hop' | 'hidden';
};

/** The target is a module, not a name in one. */
export const isModule = ({ name }: { readonly name: string }): boolean => name === '';

const dunder = /^__.*__$/s;
const className = /^_*\p{Lu}/u;
/** Named like a class: the last part begins with a capital letter. */
export const isClassName = ({ name }: { readonly name: string }): boolean => className.test(name.slice(name.lastIndexOf('.') + 1));

const constantName = /^[A-Z][A-Z0-9_]*$/;
const builtinClasses: ReadonlySet<string> = new Set(
  'object type str bytes bytearray int float complex bool list tuple dict set frozenset slice range memoryview property enumerate zip map filter reversed super staticmethod classmethod'.split(
    ' ',
  ),
);
const longestName = 4096;
const mostHops = 32;

function topOf(module: string): string {
  const dot = module.indexOf('.');
  return dot < 0 ? module : module.slice(0, dot);
}

export function originOf(tables: PickleFactTables, module: string): Origin {
  const top = topOf(module);
  if (tables.standardLibrary.has(top)) return 'standard-library';
  return tables.aiPackages.has(top) ? 'ai-package' : 'unknown-package';
}

/** Exact name, then enclosing class, then whole module, then the nearest enclosing package with a prefix fact. */
export function effectOf(tables: PickleFactTables, module: string, name: string): EffectFact | undefined {
  for (let known = name; known !== ''; known = known.slice(0, Math.max(0, known.lastIndexOf('.')))) {
    const exact = tables.effects.get(`${module} ${known}`);
    if (exact) return exact;
  }
  const whole = tables.moduleEffects.get(module);
  if (whole) return whole;
  for (let parent = module; parent !== ''; parent = parent.slice(0, Math.max(0, parent.lastIndexOf('.')))) {
    const below = tables.prefixEffects.get(parent);
    if (below) return below;
  }
  return undefined;
}

function allowOf(tables: PickleFactTables, module: string, name: string): AllowFact | undefined {
  return tables.allow.get(`${module} ${name}`) ?? tables.allowModules.get(module);
}

type Place = { readonly module: string; readonly name: string; readonly path: Target['path'] };

/** Follows the export table: `shutil os` is the module os, `asyncio.subprocess Popen` is another class; `_operator *`: the whole module is operator. */
function followExports(tables: PickleFactTables, place: Place): Place {
  let { module, name } = place;
  for (let hop = 0; hop < 8; hop += 1) {
    const twin = tables.exports.get(`${module} *`);
    const target = tables.exports.get(`${module} ${name}`) ?? (twin === undefined ? undefined : `${twin} ${name}`);
    if (target === undefined) break;
    const space = target.indexOf(' ');
    module = space < 0 ? target : target.slice(0, space);
    name = space < 0 ? '' : target.slice(space + 1);
  }
  return { module, name, path: place.path };
}

const knownModules = new WeakMap<PickleFactTables, ReadonlySet<string>>();

/** Every module and package the tables speak of. */
function modulesOf(tables: PickleFactTables): ReadonlySet<string> {
  const known = knownModules.get(tables);
  if (known) return known;
  const modules = new Set<string>();
  const add = (module: string) => {
    for (let parent = module; parent !== '' && !modules.has(parent); parent = parent.slice(0, Math.max(0, parent.lastIndexOf('.'))))
      modules.add(parent);
  };
  for (const key of [...tables.allow.keys(), ...tables.effects.keys()]) add(key.slice(0, key.indexOf(' ')));
  for (const key of [...tables.allowModules.keys(), ...tables.moduleEffects.keys(), ...tables.prefixEffects.keys()]) add(key);
  knownModules.set(tables, modules);
  return modules;
}

/** The module an attribute of a module stands for, or undefined when it is no module we know. */
function submodule(tables: PickleFactTables, module: string, hop: string): string | undefined {
  const exported = tables.exports.get(`${module} ${hop}`);
  if (exported !== undefined && !exported.includes(' ')) return exported;
  if (modulesOf(tables).has(`${module}.${hop}`)) return `${module}.${hop}`;
  // Modules import others under their own name or with a leading underscore: `pickle._sys`, `warnings.sys`.
  const bare = hop.replace(/^_+/, '');
  if (tables.standardLibrary.has(bare)) return bare;
  return tables.standardLibrary.has(hop) ? hop : undefined;
}

function isClass(tables: PickleFactTables, module: string, hop: string): boolean {
  return (
    className.test(hop) || (module === 'builtins' && builtinClasses.has(hop)) || tables.allow.get(`${module} ${hop}`)?.asClass === true
  );
}

function memberPath(module: string, rest: readonly string[]): Place {
  const name = rest.join('.');
  const inner = rest.slice(1);
  // `Class.__new__` is how protocols 2 and 3 write classes whose `__new__` takes keywords.
  if (inner.some((hop, at) => dunder.test(hop) && !(hop === '__new__' && at === inner.length - 1))) return { module, name, path: 'hidden' };
  return { module, name, path: constantName.test(inner.at(-1) ?? '') ? 'constant' : 'member' };
}

/** Walks `a.b.c` from a module, hop by hop. */
function walk(tables: PickleFactTables, start: string, name: string): Place {
  const hops = name.split('.');
  let module = start;
  if (hops.length > mostHops) return { module, name, path: 'hidden' };
  let at = 0;
  for (; at < hops.length - 1; at += 1) {
    const hop = hops[at] ?? '';
    const rest = hops.slice(at);
    if (tables.allow.has(`${module} ${rest.join('.')}`)) return { module, name: rest.join('.'), path: 'plain' };
    if (dunder.test(hop)) return { module, name: rest.join('.'), path: 'hidden' };
    const inner = submodule(tables, module, hop);
    if (inner === undefined && isClass(tables, module, hop)) return memberPath(module, rest);
    if (inner === undefined)
      return { module, name: rest.join('.'), path: effectOf(tables, module, rest.join('.')) ? 'plain' : 'unknown-hop' };
    module = inner;
  }
  const last = hops[at] ?? '';
  return { module, name: last, path: dunder.test(last) ? 'hidden' : 'plain' };
}

function toPython3(tables: PickleFactTables, module: string, name: string): { module: string; name: string } {
  const mapped = tables.python2Names.get(`${module} ${name}`);
  if (mapped !== undefined) {
    const space = mapped.indexOf(' ');
    return { module: mapped.slice(0, space), name: mapped.slice(space + 1) };
  }
  return { module: tables.python2Modules.get(module) ?? module, name };
}

/** @see resolve */
function resolveAfresh(tables: PickleFactTables, written: { module: string; name: string }, protocol: number): Target {
  const mapped = protocol < 3 ? toPython3(tables, written.module, written.name) : written;
  const tooLong = mapped.module.length > longestName || mapped.name.length > longestName;
  const start: Place =
    mapped.name.includes('.') && !tooLong && !tables.allow.has(`${mapped.module} ${mapped.name}`)
      ? walk(tables, mapped.module, mapped.name)
      : { ...mapped, path: 'plain' };
  const found = tables.allow.has(`${start.module} ${start.name}`) ? start : followExports(tables, start);
  // `os.__dict__` needs no dot in the name: the module's own dunder is as telling.
  const place: Place = found.path === 'plain' && dunder.test(found.name) ? { ...found, path: 'hidden' } : found;
  const differs = place.module !== written.module || place.name !== written.name;
  return {
    module: place.module,
    name: place.name,
    key: `${place.module} ${place.name}`,
    ...(differs ? { written: `${written.module}.${written.name}`.slice(0, 200) } : {}),
    allow: allowOf(tables, place.module, place.name),
    // Below protocol 3 a Python 2 loader uses the name as written: its effect counts as well.
    effect: effectOf(tables, place.module, place.name) ?? effectOf(tables, written.module, written.name),
    origin: originOf(tables, place.module),
    path: place.path,
  };
}

const caches = new WeakMap<PickleFactTables, Map<string, Target>>();
const cachedTargets = 20_000;

/**
 * What `find_class(module, name)` would return, as far as the tables know.
 * @param protocol the stream's protocol so far: below 3 the names are mapped from Python 2 (CPython `_compat_pickle`).
 */
export function resolve(tables: PickleFactTables, module: string, name: string, protocol: number): Target {
  const cache = caches.get(tables) ?? new Map<string, Target>();
  if (cache.size === 0) caches.set(tables, cache);
  const key = `${protocol < 3 ? 2 : 3} ${module} ${name}`;
  const cached = cache.get(key);
  if (cached) return cached;
  const target = resolveAfresh(tables, { module, name }, protocol);
  if (cache.size >= cachedTargets) cache.clear();
  if (key.length <= 400) cache.set(key, target);
  return target;
}

const members = new WeakMap<Target, Target>();

/**
 * What `getattr(owner, name)` returns. Unlike a dotted name, which picklers only write for classes, an attribute of a function is no news:
 * only its dunders are.
 */
export function resolveMember(tables: PickleFactTables, owner: Target, name: string): Target {
  const target = resolve(tables, owner.module, isModule(owner) ? name : `${owner.name}.${name}`, 3);
  if (target.path !== 'unknown-hop' || isModule(owner)) return target;
  const member: Target = members.get(target) ?? { ...target, path: 'member' };
  members.set(target, member);
  return member;
}

/** The module itself as a value: what `import_module('os')` returns. */
export function moduleTarget(tables: PickleFactTables, module: string): Target {
  return {
    module,
    name: '',
    key: `${module} `,
    allow: undefined,
    effect: tables.moduleEffects.get(module) ?? effectOf(tables, module, ''),
    origin: originOf(tables, module),
    path: 'plain',
  };
}
