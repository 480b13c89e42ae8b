/** Programs of PaddlePaddle 3 as JSON ("pir"): operators by the name behind the dialect. */
import { defineDocument, type TextDocument } from '../engine/document.ts';
import type { Draft, ReaderTools } from '../engine/reader.ts';
import type { JsonValue } from '../readers/parts/json-tokens.ts';

export default defineDocument({
  format: 'paddle-program',
  role: 'model',
  syntaxes: ['json'],
  words: ['"base_code"'],
  is: ({ root }) => {
    const base = root instanceof Map ? root.get('base_code') : undefined;
    return base instanceof Map && base.get('magic') === 'pir';
  },
  read: (document, draft, tools) => {
    const base = document.root instanceof Map ? document.root.get('base_code') : undefined;
    const version = base instanceof Map ? base.get('version') : undefined;
    if (typeof version === 'number' || typeof version === 'string') draft.metadata.set('version', String(version).slice(0, 40));
    draft.metadata.set('operators', readOperators(document, draft, tools));
  },
});

/** Operators carry their name under `#`, as `1.matmul` or `custom_op.fast`. */
function readOperators(document: TextDocument, draft: Draft, tools: ReaderTools): number {
  const table = tools.tables.operators.graphs.get('paddle');
  const seen = new Set<string>();
  const waiting: JsonValue[] = [document.root];
  let count = 0;
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    if (Array.isArray(value)) for (const item of value) waiting.push(item);
    if (!(value instanceof Map)) continue;
    for (const inner of value.values()) if (inner instanceof Map || Array.isArray(inner)) waiting.push(inner);
    const written = value.get('#');
    if (typeof written !== 'string' || !value.has('I')) continue;
    count += 1;
    const name = written.slice(written.indexOf('.') + 1);
    const harm = table?.harmful.get(name.replace(/_$/, ''));
    const isCustom = /^custom_op\./.test(written);
    if ((!harm && !isCustom) || seen.has(written)) continue;
    seen.add(written);
    draft.operators.push({
      framework: 'paddle',
      domain: '',
      name: name.slice(0, 200),
      known: !isCustom,
      effect: harm?.effect ?? 'none',
      certainty: 'possible',
      detail: harm?.why ?? 'a custom operator, for which the program that runs the model must load a library',
      where: document.placeAt(Math.max(0, document.text.indexOf(JSON.stringify(written)))),
    });
  }
  return count;
}
