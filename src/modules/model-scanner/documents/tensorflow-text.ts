/** TensorFlow graphs written as text: `saved_model.pbtxt`, `graph.pbtxt`. Read like the binary ones, node by node. */
import { defineDocument, type TextDocument } from '../engine/document.ts';
import type { Draft, ReaderTools } from '../engine/reader.ts';
import { bytesSource } from '../engine/source.ts';
import { leavesFolder } from '../readers/archives/archive-path.ts';
import { type GraphNode, GraphWalk } from '../readers/graphs/tensorflow-graph.ts';
import { parseTritonText, type TritonField } from './triton-text.ts';

const mostFields = 1_000_000;
const begins =
  /^\s*(?:#[^\n]*\n\s*)*(?:saved_model_schema_version|meta_graphs|meta_info_def|graph_def|saver_def|node|library|versions?)\s*[:{<[]/;

/** @source saved_model.proto, meta_graph.proto, graph.proto, function.proto, node_def.proto, attr_value.proto of TensorFlow. */
export default defineDocument({
  format: 'tensorflow-text',
  role: 'model',
  syntaxes: ['text'],
  words: ['node {', 'node{', 'node:', 'node <', 'node_def', 'node ['],
  is: ({ text }) => begins.test(text.slice(0, 10_000)) && /\bop\s*:\s*["']/.test(text),
  read: (document, draft, tools) => {
    const fields = parseTritonText(document.text, mostFields);
    const assets = new Set<string>();
    for (const message of messagesOf(fields)) addAssets(message, assets, { document, draft });
    const walk = new GraphWalk(bytesSource(new Uint8Array(0)), draft, { tools, assets });
    for (const message of messagesOf(fields))
      for (const { name, value } of message)
        if (name === 'signature' && isMessage(value)) walk.addFunction(textOf(value, 'name').slice(0, 200));
    for (const message of messagesOf(fields)) readNodes(message, walk, { document, tools });
    walk.finish();
  },
});

type Message = readonly TritonField[];
const isMessage = (value: TritonField['value']): value is Message => typeof value !== 'string';
const textOf = (message: Message, name: string): string => {
  const value = message.find((field) => field.name === name)?.value;
  return typeof value === 'string' ? value : '';
};

/** Every message, the outermost first. Their depth is bounded by the parser. */
function* messagesOf(fields: Message): Generator<Message> {
  const waiting: Message[] = [fields];
  for (let message = waiting.pop(); message !== undefined; message = waiting.pop()) {
    yield message;
    for (const { value } of message) if (isMessage(value)) waiting.push(value);
  }
}

/** A graph keeps its nodes under `node`, a function under `node_def`. */
function readNodes(message: Message, walk: GraphWalk, { document, tools }: { document: TextDocument; tools: ReaderTools }): void {
  const nodes: GraphNode[] = [];
  for (const { name, value, at } of message) {
    if ((name !== 'node' && name !== 'node_def') || !isMessage(value)) continue;
    if ((nodes.length & 0xfff) === 0) tools.budget.checkTime();
    nodes.push({
      name: textOf(value, 'name').slice(0, 1000),
      operator: textOf(value, 'op').slice(0, 200),
      inputs: value
        .flatMap((field) => (field.name === 'input' && typeof field.value === 'string' ? [field.value.slice(0, 1000)] : []))
        .slice(0, 64),
      attributes: attributesOf(value),
      where: document.placeAt(at, 1),
    });
  }
  if (nodes.length > 0) walk.nodes(nodes);
}

/** `attr { key: "x" value { s: "…" list { s: "…" } tensor { string_val: "…" } } }`. */
function attributesOf(node: Message): GraphNode['attributes'] {
  const found = new Map<string, { texts: readonly string[]; tensorTexts: readonly string[] }>();
  for (const field of node) {
    if (field.name !== 'attr' || !isMessage(field.value)) continue;
    const texts: string[] = [];
    const tensorTexts: string[] = [];
    for (const message of messagesOf(field.value))
      for (const { name, value } of message) {
        if (typeof value !== 'string' || texts.length + tensorTexts.length >= 200) continue;
        if (name === 's') texts.push(value.slice(0, 4096));
        if (name === 'string_val') tensorTexts.push(value.slice(0, 4096));
      }
    found.set(textOf(field.value, 'key').slice(0, 200), { texts, tensorTexts });
  }
  return found;
}

function addAssets(message: Message, assets: Set<string>, { document, draft }: { document: TextDocument; draft: Draft }): void {
  for (const field of message) {
    if (field.name !== 'asset_file_def' || !isMessage(field.value)) continue;
    const name = textOf(field.value, 'filename').slice(0, 1000);
    if (leavesFolder(name))
      draft.externalPaths.push({
        text: name,
        purpose: 'asset',
        leavesFolder: true,
        effect: 'fs-read',
        where: document.placeAt(field.at, 1),
      });
    const tensor = field.value.find((inner) => inner.name === 'tensor_info')?.value;
    if (tensor !== undefined && isMessage(tensor)) assets.add(textOf(tensor, 'name').split(':')[0] ?? '');
  }
}
