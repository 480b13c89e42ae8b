/** Programs of torch.export as JSON (in `.pt2` archives): the operators their nodes call. */
import { defineDocument, type TextDocument } from '../engine/document.ts';
import type { Draft, ReaderTools } from '../engine/reader.ts';
import type { JsonValue } from '../readers/parts/json-tokens.ts';

export default defineDocument({
  format: 'exported-program',
  role: 'model',
  syntaxes: ['json'],
  words: ['"graph_module"'],
  is: ({ root }) => root instanceof Map && root.get('graph_module') instanceof Map,
  read: (document, draft, tools) => {
    if (document.root instanceof Map) {
      const version = document.root.get('torch_version');
      if (typeof version === 'string') draft.metadata.set('torch_version', version.slice(0, 40));
    }
    draft.metadata.set('targets', readTargets(document, draft, tools));
  },
});

/** Targets are written `torch.ops.aten.add.Tensor`, or name a Python object such as `_operator.getitem`. */
function readTargets(document: TextDocument, draft: Draft, tools: ReaderTools): number {
  const table = tools.tables.operators.graphs.get('torchscript');
  const seen = new Set<string>();
  const waiting: JsonValue[] = [document.root];
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    if (Array.isArray(value)) for (const item of value) waiting.push(item);
    if (!(value instanceof Map)) continue;
    for (const inner of value.values()) if (inner instanceof Map || Array.isArray(inner)) waiting.push(inner);
    const target = value.get('target');
    if (typeof target !== 'string' || !value.has('inputs') || seen.has(target)) continue;
    seen.add(target);
    const parts = target.replace(/^torch\.ops\./, '').split('.');
    const [namespace = '', operator = ''] = parts;
    const name = `${namespace}::${operator}`;
    const harm = table?.harmful.get(name);
    if (!harm && table?.known.has(namespace)) continue;
    draft.operators.push({
      framework: 'torchscript',
      domain: '',
      name: name.slice(0, 200),
      known: harm !== undefined,
      effect: harm?.effect ?? 'none',
      certainty: harm?.certainty ?? 'possible',
      detail: harm?.why ?? 'an operator that PyTorch itself does not have: loading needs a library that brings it',
      where: document.placeAt(Math.max(0, document.text.indexOf(JSON.stringify(target)))),
    });
  }
  return seen.size;
}
