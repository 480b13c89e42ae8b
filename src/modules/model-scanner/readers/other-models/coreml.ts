/** Core ML models: custom classes and layers, models linked by path, weights by path, wherever a model can stand. */
import { rangePlace } from '../../engine/place.ts';
import { type Draft, defineReader, draftArtefact, guarded, MalformedBytes, type ReaderTools } from '../../engine/reader.ts';
import type { ByteSource } from '../../engine/source.ts';
import { leavesFolder } from '../archives/archive-path.ts';
import { type Field, fields, fieldText, fitsShape } from '../parts/protobuf.ts';

/** Model: 1 version, 2 description, 10 updatable, one of many kinds above. @source coremltools Model.proto. */
const kinds = [
  200, 201, 202, 300, 301, 302, 303, 304, 400, 401, 402, 403, 404, 500, 501, 502, 555, 556, 560, 600, 601, 602, 603, 604, 606, 607, 609,
  610, 900, 2000, 2001, 2002, 2003, 2004, 2005, 2006, 3000,
];
const modelShape: ReadonlyMap<number, number> = new Map([[1, 0], [2, 2], [10, 0], ...kinds.map((kind) => [kind, 2] as const)]);
const deepest = 32;

export default defineReader({
  format: 'coreml',
  plausible: ({ head }) => head[0] === 0x08 && (head[1] ?? 99) >= 1 && (head[1] ?? 99) <= 20,
  read: (source, where, tools) => {
    if (!isModel(source, { number: 0, wire: 2, value: 0, start: 0, end: source.size })) return null;
    const draft = draftArtefact('coreml', where, source.size);
    draft.role = 'model';
    guarded(draft, () => new CoremlWalk(source, draft, tools).model({ number: 0, wire: 2, value: 0, start: 0, end: source.size }, 0));
    return draft;
  },
});

/** A version, and exactly one kind. */
function isModel(source: ByteSource, model: Field): boolean {
  if (!fitsShape(source, model.start, model.end, modelShape)) return false;
  let found = 0;
  for (const { number } of fields(source, model.start, model.end)) if (number >= 200) found += 1;
  return found === 1;
}

class CoremlWalk {
  readonly #source: ByteSource;
  readonly #draft: Draft;
  readonly #tools: ReaderTools;
  #layers = 0;

  constructor(source: ByteSource, draft: Draft, tools: ReaderTools) {
    this.#source = source;
    this.#draft = draft;
    this.#tools = tools;
  }

  model(model: Field, depth: number): void {
    this.#bound(model, depth);
    for (const field of fields(this.#source, model.start, model.end)) {
      const { number } = field;
      if (number === 1 && depth === 0) this.#draft.metadata.set('specification', field.value);
      if (number === 202) this.#pipeline(field, depth);
      if (number === 200 || number === 201) for (const inner of this.#inner(field, 1)) this.#pipeline(inner, depth);
      if (number === 303 || number === 403 || number === 500) this.#network(field, depth);
      if (number === 502) this.#program(field);
      if (number === 555) this.#custom(field, 'customModel', 'the class that a custom model is made of');
      if (number === 556) this.#linked(field);
      if (number === 3000) this.#serialised(field);
    }
    if (depth === 0 && this.#layers > 0) this.#draft.metadata.set('layers', this.#layers);
  }
  #pipeline(pipeline: Field, depth: number): void {
    for (const model of this.#inner(pipeline, 1)) this.model(model, depth + 1);
  }
  /** Layers stand in field 1 of every kind of network; branches and loops hold networks of their own. */
  #network(network: Field, depth: number): void {
    this.#bound(network, depth);
    for (const layer of this.#inner(network, 1)) {
      this.#layers += 1;
      for (const field of fields(this.#source, layer.start, layer.end)) {
        if (field.wire !== 2) continue;
        if (field.number === 500) this.#custom(field, 'custom', 'the class of a custom layer');
        if (field.number === 605 || field.number === 615)
          for (const inner of fields(this.#source, field.start, field.end))
            if (inner.wire === 2 && (inner.number !== 2 || field.number === 605)) this.#network(inner, depth + 1);
      }
    }
  }
  /** CustomModel and CustomLayerParams: 10 class name. */
  #custom(message: Field, kind: string, what: string): void {
    const [name] = this.#inner(message, 10);
    this.#operator(
      name ? fieldText(this.#source, name, 200) : kind,
      `${what}: the program that runs the model must bring its code`,
      message,
    );
  }
  #operator(name: string, detail: string, at: Field): void {
    if (this.#draft.operators.some((operator) => operator.name === name) || this.#draft.operators.length >= 200) return;
    const where = rangePlace(this.#draft.where, at.start, at.end - at.start);
    this.#draft.operators.push({
      framework: 'coreml',
      domain: '',
      name,
      known: false,
      effect: 'none',
      certainty: 'possible',
      detail,
      where,
    });
  }
  /** LinkedModelFile: 1 file name, 2 search path, each a parameter with its default in field 1. */
  #linked(linked: Field): void {
    for (const file of this.#inner(linked, 1)) {
      const name = this.#parameter(file, 1);
      const folders = this.#parameter(file, 2).split(':');
      for (const folder of folders) this.#path(folder === '' ? name : `${folder}/${name}`, 'model', linked);
    }
  }
  #parameter(file: Field, number: number): string {
    const [parameter] = this.#inner(file, number);
    const [value] = parameter ? this.#inner(parameter, 1) : [];
    return value ? fieldText(this.#source, value, 1000) : '';
  }
  #path(path: string, purpose: 'model' | 'tensor-data', at: Field): void {
    const text = path.replace(/^@model_path\//, '');
    const where = rangePlace(this.#draft.where, at.start, at.end - at.start);
    this.#draft.externalPaths.push({
      text: text.slice(0, 1000),
      purpose,
      leavesFolder: leavesFolder(text),
      effect: purpose === 'model' ? 'nested-load' : 'fs-read',
      where,
    });
  }
  /** A model of another library as bytes. */
  #serialised(serialised: Field): void {
    const [name] = this.#inner(serialised, 1);
    this.#operator(
      name ? fieldText(this.#source, name, 200) : 'serializedModel',
      'a model in a form of its own, which its library reads',
      serialised,
    );
  }
  /** ML program: function → block → operation (1 type, 2 inputs, 4 blocks, 5 attributes); values may name a file of weights. */
  #program(program: Field): void {
    const waiting: { field: Field; is: 'entry' | 'function' | 'block' | 'operation' }[] = this.#inner(program, 2).map((field) => ({
      field,
      is: 'entry',
    }));
    for (let item = waiting.pop(); item; item = waiting.pop()) {
      const { field, is } = item;
      if (is === 'entry') for (const inner of this.#inner(field, 2)) waiting.push({ field: inner, is: 'function' });
      if (is === 'function')
        for (const entry of this.#inner(field, 3)) for (const inner of this.#inner(entry, 2)) waiting.push({ field: inner, is: 'block' });
      if (is === 'block') for (const inner of this.#inner(field, 3)) waiting.push({ field: inner, is: 'operation' });
      if (is !== 'operation') continue;
      this.#operation(field);
      for (const inner of this.#inner(field, 4)) waiting.push({ field: inner, is: 'block' });
    }
  }
  #operation(operation: Field): void {
    this.#layers += 1;
    if ((this.#layers & 0xff) === 0) this.#tools.budget.checkTime();
    const [type] = this.#inner(operation, 1);
    const name = type ? fieldText(this.#source, type, 200) : '';
    if (/^custom/i.test(name)) this.#operator(name, 'a custom operation: the program that runs the model must bring its code', operation);
    for (const number of [2, 5])
      for (const entry of this.#inner(operation, number)) for (const value of this.#inner(entry, 2)) this.#value(value, number === 2);
  }
  /** An argument holds bindings (1), each a value (2); an attribute is a value: 5 names a file (1). */
  #value(value: Field, isArgument: boolean): void {
    const values = isArgument ? this.#inner(value, 1).flatMap((binding) => this.#inner(binding, 2)) : [value];
    for (const inner of values)
      for (const file of this.#inner(inner, 5)) {
        const [name] = this.#inner(file, 1);
        const path = name ? fieldText(this.#source, name, 1000) : '';
        // Ordinary programs name one file thousands of times.
        if (path !== '' && !this.#draft.externalPaths.some(({ text }) => text === path.replace(/^@model_path\//, '')))
          this.#path(path, 'tensor-data', file);
      }
  }
  #inner(parent: Field, number: number): Field[] {
    const found: Field[] = [];
    for (const field of fields(this.#source, parent.start, parent.end)) if (field.number === number && field.wire === 2) found.push(field);
    return found;
  }
  #bound(at: Field, depth: number): void {
    if (depth > deepest) throw new MalformedBytes('coreml-depth', at.start, `models nested deeper than ${deepest}`);
  }
}
