/** The nodes of a TensorFlow graph and of its functions: which of them act outside the tensors, and on what path. */
import type { Effect, Where } from '../../../../contract/finding.ts';
import type { OperatorFact } from '../../engine/artefact.ts';
import { rangePlace } from '../../engine/place.ts';
import type { Draft, ReaderTools } from '../../engine/reader.ts';
import type { ByteSource } from '../../engine/source.ts';
import { isAddress, leavesFolder } from '../archives/archive-path.ts';
import { type Field, fields, fieldText } from '../parts/protobuf.ts';

/** The texts of an attribute: its own, and those of a tensor in it. Of binary graphs they are read when they are asked for. */
type GraphTexts = { readonly texts: readonly string[]; readonly tensorTexts: readonly string[] };
export type GraphNode = {
  readonly name: string;
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly attributes: ReadonlyMap<string, Field | GraphTexts>;
  readonly where: Where;
};

/** Constants longer than this hold no path. */
const longestPath = 4096;
const mostReported = 200;
/** Names of other libraries' operators: one finding each. */
const mostCustom = 50;
/** Operators that hand a text on. */
const passing = new Set([
  'Identity',
  'StringJoin',
  'StopGradient',
  'Snapshot',
  'PlaceholderWithDefault',
  'ExpandDims',
  'Reshape',
  'Pack',
  'ShardedFilename',
]);

/** Ordinary operators that reach outside only when their path is a constant that leaves the model. */
const byFixedPath: ReadonlyMap<string, Effect> = new Map([
  ['SaveV2', 'fs-write'],
  ['Save', 'fs-write'],
  ['SaveSlices', 'fs-write'],
  ['MergeV2Checkpoints', 'fs-write'],
  ['RestoreV2', 'fs-read'],
  ['Restore', 'fs-read'],
  ['RestoreSlice', 'fs-read'],
  ['InitializeTableFromTextFile', 'fs-read'],
  ['InitializeTableFromTextFileV2', 'fs-read'],
  ['CacheDataset', 'fs-write'],
  ['CacheDatasetV2', 'fs-write'],
]);

export class GraphWalk {
  readonly #assets: ReadonlySet<string>;
  readonly #source: ByteSource;
  readonly #draft: Draft;
  readonly #tools: ReaderTools;
  #nodes = 0;
  #read = 0;
  #functions = 0;
  readonly #custom = new Set<string>();
  /** Functions of the library may stand where an operator does. */
  readonly #functionNames = new Set<string>();

  /** @param assets names of constants that the loader replaces by paths inside the model's own `assets` folder. */
  constructor(source: ByteSource, draft: Draft, { tools, assets }: { readonly tools: ReaderTools; readonly assets: ReadonlySet<string> }) {
    this.#source = source;
    this.#draft = draft;
    this.#tools = tools;
    this.#assets = assets;
  }
  /** GraphDef: 1 nodes, 2 function library. */
  graph(start: number, end: number): void {
    const nodes: Field[] = [];
    const libraries: Field[] = [];
    for (const field of fields(this.#source, start, end)) {
      if (field.wire !== 2) continue;
      if (field.number === 1) nodes.push(field);
      if (field.number === 2) libraries.push(field);
    }
    for (const library of libraries) this.#nameFunctions(library);
    for (const library of libraries) this.#library(library);
    this.#body(nodes);
  }
  finish(): void {
    this.#draft.metadata.set('nodes', this.#nodes);
    this.#draft.metadata.set('functions', this.#functions);
  }
  /** @param name of a function that the graph brings itself. */
  addFunction(name: string): void {
    this.#functionNames.add(name);
  }
  /** FunctionDef: 1 signature; OpDef: 1 name. */
  #nameFunctions(library: Field): void {
    for (const definition of fields(this.#source, library.start, library.end)) {
      if (definition.number !== 1 || definition.wire !== 2) continue;
      for (const signature of fields(this.#source, definition.start, definition.end)) {
        if (signature.number !== 1 || signature.wire !== 2) continue;
        for (const field of fields(this.#source, signature.start, signature.end))
          if (field.number === 1 && field.wire === 2) this.addFunction(fieldText(this.#source, field, 200));
      }
    }
  }
  /** FunctionDefLibrary: 1 functions; FunctionDef: 3 nodes. */
  #library(library: Field): void {
    for (const definition of fields(this.#source, library.start, library.end)) {
      if (definition.number !== 1 || definition.wire !== 2) continue;
      this.#functions += 1;
      const nodes: Field[] = [];
      for (const field of fields(this.#source, definition.start, definition.end))
        if (field.number === 3 && field.wire === 2) nodes.push(field);
      this.#body(nodes);
    }
  }
  #body(all: readonly Field[]): void {
    this.nodes(all.map((field) => this.#node(field)));
  }
  /** The nodes of one graph or function. */
  nodes(nodes: readonly GraphNode[]): void {
    this.#nodes += nodes.length;
    const byName = new Map(nodes.map((node) => [node.name, node]));
    for (const node of nodes) this.#judge(node, byName);
  }
  /** NodeDef: 1 name, 2 op, 3 inputs, 5 attributes (map entries: 1 key, 2 value). */
  #node(at: Field): GraphNode {
    this.#read += 1;
    if ((this.#read & 0xfff) === 0) this.#tools.budget.checkTime();
    let name = '';
    let operator = '';
    const inputs: string[] = [];
    const attributes = new Map<string, Field>();
    for (const field of fields(this.#source, at.start, at.end)) {
      if (field.wire !== 2) continue;
      if (field.number === 1) name = fieldText(this.#source, field, 1000);
      if (field.number === 2) operator = fieldText(this.#source, field, 200);
      if (field.number === 3 && inputs.length < 64) inputs.push(fieldText(this.#source, field, 1000));
      if (field.number === 5) this.#attribute(field, attributes);
    }
    return { name, operator, inputs, attributes, where: rangePlace(this.#draft.where, at.start, at.end - at.start) };
  }
  #attribute(entry: Field, attributes: Map<string, Field>): void {
    let key = '';
    for (const field of fields(this.#source, entry.start, entry.end)) {
      if (field.number === 1) key = fieldText(this.#source, field, 200);
      if (field.number === 2) attributes.set(key, field);
    }
  }
  #judge(node: GraphNode, byName: ReadonlyMap<string, GraphNode>): void {
    if (node.operator.startsWith('Debug') && node.attributes.has('debug_urls')) this.#debug(node);
    else if (node.attributes.has('descriptor_source')) this.#descriptor(node);
    else if (node.operator === 'PrintV2') this.#print(node);
    else this.#listed(node, byName);
  }
  #listed(node: GraphNode, byName: ReadonlyMap<string, GraphNode>): void {
    const fact = this.#tools.tables.operators.tensorflow.get(node.operator);
    if (fact) {
      const touchesFiles = fact.effect === 'fs-read' || fact.effect === 'fs-write';
      const outside = touchesFiles ? this.#constantTexts(node, byName).find(leavesFolder) : undefined;
      if (outside === undefined) this.#add(node, fact.effect, fact.certainty, fact.why);
      else this.#add(node, isAddress(outside) ? 'net' : fact.effect, 'proved', `${fact.why}: ${outside.slice(0, 200)}`);
      return;
    }
    const effect = byFixedPath.get(node.operator);
    const outside = effect === undefined ? undefined : this.#constantTexts(node, byName).find(leavesFolder);
    if (effect !== undefined && outside !== undefined)
      this.#add(node, isAddress(outside) ? 'net' : effect, 'proved', `uses the fixed path ${outside.slice(0, 200)}`);
    this.#foreign(node);
  }
  /** @source TensorFlow guide, "Create an op": a library registers it, and the program that runs the graph loads that library. */
  #foreign({ operator, where }: GraphNode): void {
    const { graphs } = this.#tools.tables.operators;
    const known = graphs.get('tensorflow')?.known;
    if (known === undefined || operator === '' || known.has(operator) || graphs.get('tflite')?.known.has(operator)) return;
    if (this.#functionNames.has(operator) || this.#custom.has(operator) || this.#custom.size >= mostCustom) return;
    this.#custom.add(operator);
    const detail = 'an operator that TensorFlow does not have, for which the program that runs the model must load a library';
    const fact = { domain: '', known: false, effect: 'none', certainty: 'possible', detail } as const;
    this.#draft.operators.push({ framework: 'tensorflow', name: operator, ...fact, where });
  }
  /** Operators on protocol buffers may take their description from a file. */
  #descriptor(node: GraphNode): void {
    const path = this.#texts(node.attributes.get('descriptor_source')).find((text) => text !== '' && !/^(local|bytes):\/\//.test(text));
    if (path !== undefined)
      this.#add(node, 'fs-read', leavesFolder(path) ? 'proved' : 'possible', `reads the description ${path.slice(0, 200)}`);
  }
  #debug(node: GraphNode): void {
    const urls = this.#texts(node.attributes.get('debug_urls'));
    const outside = urls.find((url) => /^(file|grpc):\/\//.test(url));
    if (outside === undefined) return;
    const effect: Effect = outside.startsWith('grpc') ? 'net' : 'fs-write';
    this.#add(node, effect, 'proved', `sends every value to ${outside.slice(0, 200)}`);
  }
  #print(node: GraphNode): void {
    const stream = this.#texts(node.attributes.get('output_stream')).find((text) => text.startsWith('file://'));
    if (stream !== undefined) this.#add(node, 'fs-write', 'proved', `writes to ${stream.slice(0, 200)}`);
  }
  #add(node: GraphNode, effect: Effect, certainty: OperatorFact['certainty'], detail: string): void {
    if (this.#draft.operators.length >= mostReported) return;
    this.#draft.operators.push({
      framework: 'tensorflow',
      domain: '',
      name: node.operator,
      known: true,
      effect,
      certainty,
      detail,
      where: node.where,
    });
  }
  /** Texts that reach a node from constants through operators that only hand them on. */
  #constantTexts(node: GraphNode, byName: ReadonlyMap<string, GraphNode>): string[] {
    const found: string[] = [];
    const seen = new Set<string>();
    const waiting = [...node.inputs];
    for (let input = waiting.pop(); input !== undefined && seen.size < 200; input = waiting.pop()) {
      const name = input.replace(/^\^/, '').split(':')[0] ?? '';
      if (seen.has(name)) continue;
      seen.add(name);
      const source = byName.get(name);
      if (this.#assets.has(name)) continue;
      if (source?.operator === 'Const') found.push(...this.#tensorTexts(source.attributes.get('value')));
      else if (source && passing.has(source.operator)) for (const next of source.inputs) waiting.push(next);
    }
    return found;
  }
  /** AttrValue: 8 tensor; TensorProto: 8 string values. */
  #tensorTexts(attribute: Field | GraphTexts | undefined): readonly string[] {
    if (!attribute) return [];
    if ('tensorTexts' in attribute) return attribute.tensorTexts;
    const found: string[] = [];
    for (const tensor of fields(this.#source, attribute.start, attribute.end)) {
      if (tensor.number !== 8 || tensor.wire !== 2) continue;
      for (const field of fields(this.#source, tensor.start, tensor.end))
        if (field.number === 8 && field.wire === 2 && field.end - field.start <= longestPath && found.length < 100)
          found.push(fieldText(this.#source, field, longestPath));
    }
    return found;
  }
  /** AttrValue: 2 text, 1 list; ListValue: 2 texts. */
  #texts(attribute: Field | GraphTexts | undefined): readonly string[] {
    if (!attribute) return [];
    if ('texts' in attribute) return attribute.texts;
    const found: string[] = [];
    for (const field of fields(this.#source, attribute.start, attribute.end)) {
      if (field.number === 2 && field.wire === 2) found.push(fieldText(this.#source, field));
      if (field.number !== 1 || field.wire !== 2) continue;
      for (const item of fields(this.#source, field.start, field.end))
        if (item.number === 2 && item.wire === 2) found.push(fieldText(this.#source, item));
    }
    return found;
  }
}
