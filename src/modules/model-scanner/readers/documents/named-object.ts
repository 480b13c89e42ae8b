/** A Python object that a configuration names by module and name: what the tables know about finding and using it. */
import type { Effect } from '../../../../contract/finding.ts';
import type { PickleFactTables } from '../../pickle/tables.ts';

export type NamedObject = {
  /** What using it does, when a fact says so. */
  readonly harm: Effect | null;
  /** Known libraries write it, or it belongs to a package that models are ordinarily made with. */
  readonly ordinary: boolean;
  readonly standardLibrary: boolean;
};

/** Plain containers and values of Python itself. */
const values = new Set([
  'str',
  'int',
  'float',
  'bool',
  'dict',
  'list',
  'tuple',
  'set',
  'frozenset',
  'bytes',
  'bytearray',
  'complex',
  'slice',
  'range',
  'NoneType',
  'type',
  'object',
]);

export function namedObject(module: string, name: string, tables: PickleFactTables): NamedObject {
  const top = module.split('.', 1)[0] ?? '';
  const harm = harmOf(module, name, tables);
  const listed = tables.allow.has(`${module} ${name}`) || tables.allowModules.has(module) || (module === 'builtins' && values.has(name));
  return {
    harm: listed ? null : harm,
    ordinary: listed || (harm === null && tables.aiPackages.has(top)),
    standardLibrary: tables.standardLibrary.has(top) || module === 'builtins',
  };
}

function harmOf(module: string, name: string, tables: PickleFactTables): Effect | null {
  const exact = tables.effects.get(`${module} ${name}`) ?? tables.moduleEffects.get(module);
  if (exact) return exact.effect;
  for (let end = module.length; end > 0; end = module.lastIndexOf('.', end - 1)) {
    const prefix = tables.prefixEffects.get(module.slice(0, end));
    if (prefix) return prefix.effect;
  }
  return null;
}
