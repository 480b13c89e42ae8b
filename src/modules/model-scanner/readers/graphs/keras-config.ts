/** Keras architectures as JSON: every object that names a class or a function to be found and called while loading. */
import { rangePlace } from '../../engine/place.ts';
import type { Draft, ReaderTools } from '../../engine/reader.ts';
import { isAddress, leavesFolder } from '../archives/archive-path.ts';
import type { JsonObject, JsonValue } from '../parts/json-tokens.ts';
import { addBytecode } from './keras-bytecode.ts';
import { judgeKerasObject } from './keras-names.ts';

/** A model or layer: `class_name` with a `config`; old `.h5` attributes and `to_json` have it at the top. */
export function isKerasConfig(root: JsonObject): boolean {
  if (typeof root.get('class_name') === 'string' && root.has('config')) return true;
  const config = root.get('model_config');
  return config instanceof Map && typeof config.get('class_name') === 'string';
}

/**
 * Walks the whole tree, at any depth and under any key: what is not meant to hold objects is where they hide.
 * The version that the file declares is ignored.
 */
export function readKerasConfig(root: JsonObject, draft: Draft, tools: ReaderTools): void {
  draft.format = 'keras-config';
  draft.role = 'model';
  const version = root.get('keras_version');
  if (typeof version === 'string') draft.metadata.set('keras_version', version.slice(0, 40));
  const name = root.get('class_name');
  if (typeof name === 'string') draft.metadata.set('class_name', name.slice(0, 100));
  const walk = new KerasWalk(draft, tools);
  walk.all(root);
  draft.metadata.set('objects', walk.objects);
}

class KerasWalk {
  objects = 0;
  readonly #draft: Draft;
  readonly #tools: ReaderTools;
  constructor(draft: Draft, tools: ReaderTools) {
    this.#draft = draft;
    this.#tools = tools;
  }
  all(root: JsonValue): void {
    const waiting: JsonValue[] = [root];
    for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
      if (Array.isArray(value)) for (const item of value) waiting.push(item);
      if (!(value instanceof Map)) continue;
      for (const inner of value.values()) waiting.push(inner);
      this.#object(value);
    }
  }
  #object(object: JsonObject): void {
    const name = object.get('class_name');
    if (typeof name !== 'string') {
      // Wrapped functions are also named by a bare key.
      const fn = object.get('fn_name');
      if (typeof fn === 'string') this.#named(object, fn, object);
      return;
    }
    this.objects += 1;
    const config = object.get('config');
    this.#named(object, name, config instanceof Map ? config : null);
    if (config instanceof Map) {
      this.#layer(name, config);
    }
  }
  #named(object: JsonObject, name: string, config: JsonObject | null): void {
    const module = object.get('module');
    const registered = object.get('registered_name');
    const configText = object.get('config');
    const target = name === 'function' && typeof configText === 'string' ? configText : name;
    const operator = judgeKerasObject(
      {
        module: typeof module === 'string' ? module : null,
        name: target,
        isFunction: name === 'function',
        registered: typeof registered === 'string' ? registered : null,
      },
      this.#tools.tables,
      rangePlace(this.#draft.where, 0),
    );
    if (operator && (!operator.known || operator.effect !== 'none')) this.#draft.operators.push(operator);
    // Old files keep the code of a Lambda in a list; new ones in an object of its own, which the walk meets later.
    const stored = shortName(name) === 'Lambda' ? config?.get('function') : name === '__lambda__' ? config : undefined;
    if (Array.isArray(stored) || (stored instanceof Map && name === '__lambda__')) addBytecode(name, stored, this.#draft, this.#tools);
  }
  /** Configuration values that make a layer open something. */
  #layer(name: string, config: JsonObject): void {
    const vocabulary = config.get('vocabulary');
    if (typeof vocabulary === 'string') this.#path(vocabulary, 'vocabulary');
    if (shortName(name) === 'TFSMLayer') {
      const path = config.get('filepath');
      if (typeof path === 'string') this.#path(path, 'model');
    }
    if (shortName(name) === 'TorchModuleWrapper') addBytecode(name, config, this.#draft, this.#tools);
  }
  #path(text: string, purpose: 'vocabulary' | 'model'): void {
    this.#draft.externalPaths.push({
      text: text.slice(0, 1000),
      purpose,
      leavesFolder: leavesFolder(text),
      effect: isAddress(text) ? 'net' : 'fs-read',
      where: this.#draft.where,
    });
  }
}

export function shortName(name: string): string {
  return name.slice(name.lastIndexOf('>') + 1);
}
