/** What Keras would find under a module and a class or function name, and what that does. */
import type { Effect, Where } from '../../../../contract/finding.ts';
import type { OperatorFact } from '../../engine/artefact.ts';
import type { ScanTables } from '../../engine/tables.ts';
import { namedObject } from '../documents/named-object.ts';

export type KerasReference = {
  readonly module: string | null;
  readonly name: string;
  readonly isFunction: boolean;
  readonly registered: string | null;
};

/** Functions of Keras itself that were used against it. @source CVE-2025-8747, CVE-2025-9906, CVE-2025-12060 (NVD). */
const misused: ReadonlyMap<string, { readonly effect: Effect; readonly cve: string }> = new Map([
  ['get_file', { effect: 'net', cve: 'CVE-2025-8747' }],
  ['extract_archive', { effect: 'fs-write', cve: 'CVE-2025-12060' }],
  ['enable_unsafe_deserialization', { effect: 'exec', cve: 'CVE-2025-9906' }],
  ['load_model', { effect: 'nested-load', cve: 'CVE-2025-1550' }],
  ['load_weights', { effect: 'nested-load', cve: 'CVE-2025-1550' }],
  ['deserialize_keras_object', { effect: 'nested-load', cve: 'CVE-2025-1550' }],
  ['model_from_json', { effect: 'nested-load', cve: 'CVE-2025-1550' }],
  ['func_load', { effect: 'exec', cve: 'CVE-2024-3660' }],
  ['save_model', { effect: 'fs-write', cve: 'CVE-2025-8747' }],
  ['save_img', { effect: 'fs-write', cve: 'CVE-2025-8747' }],
  ['load_img', { effect: 'fs-read', cve: 'CVE-2025-8747' }],
]);
/** Modules whose functions models name: activations, losses and operations on tensors. Every other function of Keras was written for programs. */
const functionModule =
  /(?:^|\.)(?:activations|losses|metrics|initializers|regularizers|constraints|optimizers|schedules|quantizers|ops|layers|backend|math|nn|numpy|linalg|image|random)(?:\.|$)/;
const layers: ReadonlyMap<string, { readonly effect: Effect; readonly detail: string }> = new Map([
  ['Lambda', { effect: 'exec', detail: 'A Lambda layer runs code stored in the model.' }],
  ['__lambda__', { effect: 'exec', detail: 'A stored function is turned back into code.' }],
  ['TFSMLayer', { effect: 'nested-load', detail: 'TFSMLayer loads and runs a TensorFlow graph from a path.' }],
  ['TorchModuleWrapper', { effect: 'exec', detail: 'TorchModuleWrapper unpickles a stored module (CVE-2025-49655).' }],
]);

/** @returns the operator fact of a reference. */
export function judgeKerasObject(reference: KerasReference, tables: ScanTables, where: Where): OperatorFact {
  const { module, name } = reference;
  const short = name.slice(name.lastIndexOf('>') + 1);
  const fact = (known: boolean, effect: Effect, certainty: OperatorFact['certainty'], detail: string): OperatorFact => ({
    framework: 'keras',
    domain: (module ?? '').slice(0, 200),
    name: name.slice(0, 200),
    known,
    effect,
    certainty,
    detail,
    where,
  });
  const layer = layers.get(short);
  if (layer) return fact(true, layer.effect, 'possible', layer.detail);
  if (module !== null && !isFrameworkModule(module, tables)) return foreign(reference, tables, fact);
  if (reference.isFunction || module !== null) {
    const use = misused.get(short);
    if (use)
      return fact(
        true,
        use.effect,
        'proved',
        `Loading calls Keras' own ${short}, which was not meant to be called from a model file (${use.cve}).`,
      );
  }
  const custom = /^(?!keras)[^>]{1,200}>/i.exec(reference.registered ?? '')?.[0];
  if (custom !== undefined && (module === null || !isFrameworkModule(module, tables)))
    return fact(
      false,
      'none',
      'possible',
      `The object ${name} is registered as ${reference.registered}: loading needs code from elsewhere.`,
    );
  const isCalled = reference.isFunction || /^[a-z]/.test(short);
  if (module !== null && isCalled && !functionModule.test(module) && !tables.operators.kerasClasses.has(name))
    return fact(true, 'exec', 'possible', `Loading uses ${name} of ${module}, where no function of a model is kept (CVE-2025-8747).`);
  if (module !== null || tables.operators.kerasClasses.has(name) || reference.isFunction) return fact(true, 'none', 'proved', '');
  return fact(false, 'none', 'possible', `The class ${name} is not one of Keras: loading needs code from elsewhere.`);
}

type Make = (known: boolean, effect: Effect, certainty: OperatorFact['certainty'], detail: string) => OperatorFact;

/** A module outside the framework is imported by programs before the fix of CVE-2025-1550; then the name in it is called. */
function foreign({ module, name, isFunction, registered }: KerasReference, tables: ScanTables, fact: Make): OperatorFact {
  const path = module ?? '';
  const { harm, standardLibrary } = namedObject(path, name, tables.pickle);
  if (harm !== null) return fact(false, harm, 'proved', `Loading imports ${path} and uses ${name} (CVE-2025-1550).`);
  // `builtins` is how Keras writes plain Python functions a person registered: harmful ones were caught above.
  if (path === 'builtins' && isFunction)
    return fact(false, 'none', 'possible', `A function ${name} outside Keras must be supplied when loading.`);
  if (standardLibrary && path !== 'builtins')
    return fact(false, 'exec', 'possible', `Loading imports ${path} of the standard library and uses ${name} (CVE-2025-1550).`);
  const how = registered === null ? 'is imported by name' : `is registered as ${registered}`;
  return fact(false, 'none', 'possible', `The object ${name} of ${path} ${how}: loading needs code from elsewhere.`);
}

function isFrameworkModule(module: string, { operators }: ScanTables): boolean {
  for (let end = module.length; end > 0; end = module.lastIndexOf('.', end - 1))
    if (operators.kerasModules.has(module.slice(0, end))) return true;
  return false;
}
