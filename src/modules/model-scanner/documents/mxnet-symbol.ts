/** MXNet symbols: the graph of a model as JSON; operators that call the host program, sources and libraries in attributes. */

import type { TextDocument } from '../engine/document.ts';
import { defineDocument } from '../engine/document.ts';
import type { Draft, ReaderTools } from '../engine/reader.ts';
import type { JsonObject, JsonValue } from '../readers/parts/json-tokens.ts';

const mostNodes = 1_000_000;

export default defineDocument({
  format: 'mxnet-symbol',
  role: 'model',
  syntaxes: ['json'],
  words: ['"arg_nodes"'],
  is: ({ root }) => root instanceof Map && Array.isArray(root.get('nodes')) && Array.isArray(root.get('arg_nodes')),
  read: (document, draft, tools) => {
    const { root } = document;
    if (!(root instanceof Map)) return;
    const version = root.get('attrs');
    if (version instanceof Map) {
      const written = version.get('mxnet_version');
      if (Array.isArray(written)) draft.metadata.set('mxnet_version', String(written[1] ?? '').slice(0, 40));
    }
    const nodes = root.get('nodes');
    if (Array.isArray(nodes)) readNodes(nodes.slice(0, mostNodes), { document, draft, tools });
  },
});

type Target = { readonly document: TextDocument; readonly draft: Draft; readonly tools: ReaderTools };

function readNodes(nodes: readonly JsonValue[], target: Target): void {
  const seen = new Set<string>();
  let operators = 0;
  for (const [index, node] of nodes.entries()) {
    if (!(node instanceof Map)) continue;
    if (node.get('op') !== 'null') operators += 1;
    readNode(node, index, seen, target);
    const inner = node.get('subgraphs');
    if (Array.isArray(inner)) for (const graph of inner) if (graph instanceof Map) readInner(graph, index, seen, target);
  }
  target.draft.metadata.set('operators', operators);
}

/** Control flow keeps the graphs of its branches in the node. */
function readInner(graph: JsonObject, index: number, seen: Set<string>, target: Target): void {
  const waiting: JsonValue[] = [graph];
  for (let item = waiting.pop(); item !== undefined; item = waiting.pop()) {
    if (Array.isArray(item)) for (const inner of item) waiting.push(inner);
    if (!(item instanceof Map)) continue;
    if (typeof item.get('op') === 'string') readNode(item, index, seen, target);
    for (const value of item.values()) if (value instanceof Map || Array.isArray(value)) waiting.push(value);
  }
}

function readNode(node: JsonObject, index: number, seen: Set<string>, { document, draft, tools }: Target): void {
  const operator = node.get('op');
  if (typeof operator !== 'string') return;
  const table = tools.tables.operators.graphs.get('mxnet');
  const texts = attributesOf(node);
  const push = (name: string, fact: { effect: Draft['operators'][number]['effect']; why: string; known: boolean }) => {
    const key = `${name} ${fact.why}`;
    if (seen.has(key)) return;
    seen.add(key);
    draft.operators.push({
      framework: 'mxnet',
      domain: '',
      name,
      known: fact.known,
      effect: fact.effect,
      certainty: 'possible',
      detail: fact.why,
      where: document.placeOf(['nodes', index]),
    });
  };
  const harm = table?.harmful.get(operator);
  if (harm) push(operator, { effect: harm.effect, why: harm.why, known: true });
  // A custom operator is found by its type among those the host program registered.
  if (operator === 'Custom')
    push(`Custom ${texts.get('op_type') ?? ''}`.trim(), {
      effect: 'none',
      why: 'needs Python code that registers the operator',
      known: false,
    });
  for (const [key, text] of texts)
    if (/\.(so|dll|dylib)(\.\d+)*$/i.test(text.trim()))
      push(operator, { effect: 'native-load', why: `names the library ${text.trim().slice(0, 200)} in ${key.slice(0, 60)}`, known: true });
}

/** Attributes stand under three names, one for each age of the format. */
function attributesOf(node: JsonObject): Map<string, string> {
  const found = new Map<string, string>();
  for (const key of ['attrs', 'attr', 'param']) {
    const attributes = node.get(key);
    if (attributes instanceof Map)
      for (const [name, value] of attributes) if (typeof value === 'string') found.set(name, value.slice(0, 2000));
  }
  return found;
}
