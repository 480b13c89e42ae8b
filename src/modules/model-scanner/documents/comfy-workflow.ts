/** Workflows of ComfyUI: code that nodes of extensions run, and addresses that they load from. @source ComfyUI, workflow JSON 0.4 and the form of its API. */
import { defineDocument, type TextDocument } from '../engine/document.ts';
import { memberPlace } from '../engine/place.ts';
import type { Draft, ReaderTools } from '../engine/reader.ts';
import { bytesSource } from '../engine/source.ts';
import type { JsonValue } from '../readers/parts/json-tokens.ts';
import { listAt, mapAt, noteInto, type Path, plainText, textAt } from './pipeline-practice.ts';

const mostNodes = 5000;
const mostCodes = 100;
const longestCode = 1_000_000;

type Value = { readonly text: string; readonly path: Path; readonly node: string };

export default defineDocument({
  format: 'comfy-workflow',
  role: 'config',
  syntaxes: ['json'],
  words: ['"class_type"', '"widgets_values"'],
  is: ({ root }) => valuesOf(root) !== null,
  read: (document, draft, tools) => {
    const values = valuesOf(document.root) ?? [];
    noteAddresses(values, document, draft);
    readCode(values, document, { draft, tools });
  },
});

/** Texts that were typed into nodes; null for what is no workflow. */
function valuesOf(root: TextDocument['root']): Value[] | null {
  const nodes = listAt(root, 'nodes').slice(0, mostNodes);
  if (nodes.length > 0) {
    if (!nodes.some((node) => textAt(node, 'type') !== null && mapAt(node)?.has('widgets_values'))) return null;
    return nodes.flatMap((node, at) =>
      textsBelow(mapAt(node)?.get('widgets_values'), ['nodes', at, 'widgets_values'], textAt(node, 'type') ?? ''),
    );
  }
  const entries = [...(mapAt(root) ?? [])].slice(0, mostNodes);
  if (!entries.some(([, node]) => textAt(node, 'class_type') !== null && mapAt(node, 'inputs') !== null)) return null;
  return entries.flatMap(([key, node]) => textsBelow(mapAt(node)?.get('inputs'), [key, 'inputs'], textAt(node, 'class_type') ?? ''));
}

function textsBelow(value: JsonValue | undefined, path: Path, node: string): Value[] {
  const inner: [string | number, JsonValue][] = value instanceof Map ? [...value] : Array.isArray(value) ? [...value.entries()] : [];
  return inner.flatMap(([key, one]) => {
    const text = typeof one === 'string' ? plainText(one) : null;
    return text === null ? [] : [{ text, path: [...path, key], node }];
  });
}

const modelFile = /^http:\/\/(?!localhost|127\.)[^\s"']{3,500}\.(?:safetensors|gguf|bin|pt|pth|ckpt|onnx|pkl|zip|py)(?:[?#]|$)/i;

function noteAddresses(values: readonly Value[], { placeOf }: TextDocument, draft: Draft): void {
  const note = noteInto(draft, 'pipeline');
  for (const { text, path, node } of values)
    if (modelFile.test(text))
      note({
        code: 'plain-http-model',
        detail: `The node ${node.slice(0, 100)} loads a model over http: anyone on the way can change it.`,
        text,
        where: placeOf(path),
      });
}

/** Prompts are prose: code is told by statements that Python alone has. */
const code =
  /^\s*(?:import\s+\w+|from\s+[\w.]+\s+import\s|def\s+\w+\s*\()|\b(?:exec|eval|__import__)\s*\(|\bos\s*\.\s*(?:system|popen)\s*\(|\bsubprocess\s*\./m;

type Reading = { readonly draft: Draft; readonly tools: ReaderTools };

function readCode(values: readonly Value[], { placeOf }: TextDocument, { draft, tools }: Reading): void {
  const note = noteInto(draft, 'script');
  let count = 0;
  for (const { text, path, node } of values) {
    if (!code.test(text) || text.length > longestCode || count >= mostCodes) continue;
    count += 1;
    note({ code: 'flow-code', detail: `The node ${node.slice(0, 100)} is given code.`, text, certainty: 'possible', where: placeOf(path) });
    draft.members.push(tools.open(bytesSource(new TextEncoder().encode(text)), memberPlace(draft.where, `(code ${count}).py`)));
  }
}
