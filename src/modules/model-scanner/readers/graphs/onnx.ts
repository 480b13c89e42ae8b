/** ONNX models: every node and every tensor wherever the format allows one, external data, custom domains. */
import { rangePlace } from '../../engine/place.ts';
import { type Draft, defineReader, draftArtefact, guarded, MalformedBytes, type ReaderTools } from '../../engine/reader.ts';
import type { ByteSource } from '../../engine/source.ts';
import { type Field, fields, fieldText, fitsShape } from '../parts/protobuf.ts';
import { type ExternalFiles, readTensor } from './onnx-tensor.ts';

/** ModelProto: field number → wire type. @source onnx.proto3, IR version 13. */
const modelShape: ReadonlyMap<number, number> = new Map([
  [1, 0],
  [2, 2],
  [3, 2],
  [4, 2],
  [5, 0],
  [6, 2],
  [7, 2],
  [8, 2],
  [14, 2],
  [20, 2],
  [25, 2],
  [26, 2],
]);
const deepest = 64;

export default defineReader({
  format: 'onnx',
  plausible: (glance) => {
    const key = glance.head[0] ?? 0;
    return modelShape.get(key >> 3) === (key & 7) && (glance.name.endsWith('.onnx') || !glance.isText);
  },
  read: (source, where, tools) => {
    if (!looksLikeModel(source)) return null;
    const draft = draftArtefact('onnx', where, source.size);
    draft.role = 'model';
    guarded(draft, () => new OnnxWalk(source, draft, tools).model());
    return draft;
  },
});

/** A graph with nodes or an operator set, and nothing a ModelProto does not have. */
function looksLikeModel(source: ByteSource): boolean {
  if (!fitsShape(source, 0, source.size, modelShape)) return false;
  let version = 0;
  let parts = 0;
  for (const field of fields(source, 0, source.size)) {
    if (field.number === 1) version = field.value;
    if ((field.number === 7 || field.number === 8 || field.number === 25) && field.end > field.start) parts += 1;
  }
  return parts >= 2 || (parts === 1 && version > 0 && version < 1000);
}

class OnnxWalk {
  readonly #source: ByteSource;
  readonly #draft: Draft;
  readonly #tools: ReaderTools;
  readonly #ownDomains = new Set<string>();
  readonly #seen = new Set<string>();
  readonly #files: ExternalFiles = new Map();
  #nodes = 0;

  constructor(source: ByteSource, draft: Draft, tools: ReaderTools) {
    this.#source = source;
    this.#draft = draft;
    this.#tools = tools;
  }

  model(): void {
    const top = [...fields(this.#source, 0, this.#source.size)];
    // Functions first: the domains they define are the model's own, not custom ones.
    for (const field of top) if (field.number === 25) this.#functionDomain(field);
    for (const field of top) {
      const { number } = field;
      if (number === 1) this.#draft.metadata.set('ir_version', field.value);
      if (number === 2) this.#draft.metadata.set('producer', fieldText(this.#source, field, 200));
      if (number === 3) this.#draft.metadata.set('producer_version', fieldText(this.#source, field, 100));
      if (number === 7) this.#graph(field, 0);
      if (number === 8) this.#operatorSet(field);
      if (number === 20) this.#training(field);
      if (number === 25) this.#function(field, 0);
    }
    this.#draft.metadata.set('nodes', this.#nodes);
  }
  #operatorSet(set: Field): void {
    let domain = '';
    let version = 0;
    for (const field of fields(this.#source, set.start, set.end)) {
      if (field.number === 1) domain = fieldText(this.#source, field, 200);
      if (field.number === 2) version = field.value;
    }
    if (domain === '' || domain === 'ai.onnx') this.#draft.metadata.set('opset', version);
  }
  #functionDomain(definition: Field): void {
    for (const field of fields(this.#source, definition.start, definition.end))
      if (field.number === 10) this.#ownDomains.add(fieldText(this.#source, field, 300));
  }
  #training(info: Field): void {
    for (const field of fields(this.#source, info.start, info.end)) if (field.number === 1 || field.number === 2) this.#graph(field, 1);
  }
  #function(definition: Field, depth: number): void {
    for (const field of fields(this.#source, definition.start, definition.end)) {
      if (field.number === 7) this.#node(field, depth + 1);
      if (field.number === 11) this.#attribute(field, depth + 1);
    }
  }
  #graph(graph: Field, depth: number): void {
    if (depth > deepest) throw new MalformedBytes('onnx-depth', graph.start, `graphs nested deeper than ${deepest}`);
    for (const field of fields(this.#source, graph.start, graph.end)) {
      if (field.wire !== 2) continue;
      if (field.number === 1) this.#node(field, depth);
      if (field.number === 5) this.#tensor(field);
      if (field.number === 15) this.#sparse(field);
    }
  }
  #node(node: Field, depth: number): void {
    this.#nodes += 1;
    if ((this.#nodes & 0xfff) === 0) this.#tools.budget.checkTime();
    let type = '';
    let domain = '';
    for (const field of fields(this.#source, node.start, node.end)) {
      if (field.wire !== 2) continue;
      if (field.number === 4) type = fieldText(this.#source, field, 300);
      if (field.number === 7) domain = fieldText(this.#source, field, 300);
      if (field.number === 5) this.#attribute(field, depth);
    }
    this.#operator(domain, type, node);
  }
  /** Tensors and graphs stand in attributes too: Constant, If, Loop, Scan. */
  #attribute(attribute: Field, depth: number): void {
    for (const field of fields(this.#source, attribute.start, attribute.end)) {
      if (field.wire !== 2) continue;
      if (field.number === 5 || field.number === 10) this.#tensor(field);
      if (field.number === 6 || field.number === 11) this.#graph(field, depth + 1);
      if (field.number === 22 || field.number === 23) this.#sparse(field);
    }
  }
  #sparse(sparse: Field): void {
    for (const field of fields(this.#source, sparse.start, sparse.end))
      if ((field.number === 1 || field.number === 2) && field.wire === 2) this.#tensor(field);
  }
  #tensor(tensor: Field): void {
    readTensor(this.#source, tensor, { draft: this.#draft, files: this.#files });
  }
  #operator(domain: string, name: string, node: Field): void {
    const key = `${domain}::${name}`;
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    const { onnx, onnxDomains } = this.#tools.tables.operators;
    const harm = onnx.get(key) ?? onnx.get(`${domain}::*`);
    const known = domain === '' || onnxDomains.has(domain) || this.#ownDomains.has(domain);
    if (!harm && known) return;
    this.#draft.operators.push({
      framework: 'onnx',
      domain,
      name,
      known,
      effect: harm?.effect ?? 'none',
      certainty: harm?.certainty ?? 'possible',
      detail: harm?.why ?? 'needs a library that brings the operator',
      where: rangePlace(this.#draft.where, node.start, node.end - node.start),
    });
  }
}
