/** Ollama's Modelfile: where the weights and adapters come from, and templates that change with what somebody writes. */
import { defineDocument, type TextDocument } from '../engine/document.ts';
import type { Draft } from '../engine/reader.ts';
import { isAddress, leavesFolder } from '../readers/archives/archive-path.ts';
import { type Note, noteInto } from './pipeline-practice.ts';
import { climbsOut } from './repository-path.ts';

type Instruction = { readonly name: string; readonly value: string; readonly at: number };
const instruction = /^[ \t]{0,40}(FROM|ADAPTER|TEMPLATE|SYSTEM|PARAMETER|LICENSE|MESSAGE|REQUIRES)[ \t]+/i;
const mostInstructions = 10_000;

/** @source ollama documentation, "Modelfile Reference". */
export default defineDocument({
  format: 'ollama-modelfile',
  role: 'config',
  syntaxes: ['text'],
  names: /^modelfile$|\.modelfile$|^modelfile\./,
  is: ({ text }) => /^[ \t]*FROM[ \t]+\S/im.test(text),
  read: (document, draft) => {
    const note = noteInto(draft, 'repository');
    for (const found of instructionsOf(document.text)) {
      if (found.name === 'FROM' || found.name === 'ADAPTER') readPath(found, document, { draft, note });
      if (found.name === 'TEMPLATE') readTemplate(found, document, note);
    }
  },
});

function* instructionsOf(text: string): Iterable<Instruction> {
  let at = 0;
  for (let count = 0; at < text.length && count < mostInstructions; count++) {
    const end = text.indexOf('\n', at) < 0 ? text.length : text.indexOf('\n', at);
    const line = text.slice(at, end);
    const match = instruction.exec(line);
    const start = at + (match?.[0].length ?? 0);
    if (!match) {
      at = end + 1;
      continue;
    }
    const block = text.startsWith('"""', start) ? text.indexOf('"""', start + 3) : -1;
    const stop = block < 0 ? end : block + 3;
    const value = text.slice(start, stop).trim();
    yield { name: (match[1] ?? '').toUpperCase(), value: block < 0 ? value.replace(/^"(.*)"$/s, '$1') : value.slice(3, -3), at };
    at = text.indexOf('\n', stop) < 0 ? text.length : text.indexOf('\n', stop) + 1;
  }
}

/** A model of a registry is named; a path is read from where `ollama create` runs. */
function readPath({ name, value, at }: Instruction, { placeAt }: TextDocument, { draft, note }: { draft: Draft; note: Note }): void {
  const where = placeAt(at, name.length + 1 + value.length);
  draft.metadata.set(name === 'FROM' ? 'base_model' : 'adapter', value.slice(0, 300));
  if (!leavesFolder(value)) return;
  note({
    code: climbsOut(value) ? 'path-climbs-out' : isAddress(value) ? 'path-is-address' : 'path-is-absolute',
    detail: `${name} takes ${name === 'FROM' ? 'the weights' : 'an adapter'} from outside the folder.`,
    text: value,
    where,
  });
}

/** @source Go text/template as ollama feeds it: .Prompt, .System, .Messages and, inside a range, .Role and .Content. */
const conditional = /\{\{-?\s{0,20}(?:else\s{1,10})?if\s{1,10}[^}]{0,300}\.(?:Prompt|Content)\b[^}]{0,300}["'`][^}]{1,300}\}\}/g;

function readTemplate({ value, at }: Instruction, { placeAt }: TextDocument, note: Note): void {
  for (const match of [...value.matchAll(conditional)].slice(0, 20))
    note({
      code: 'conditional-template',
      detail: 'The template says something else when a message holds certain words.',
      text: match[0],
      where: placeAt(at, match[0].length),
      certainty: 'possible',
    });
}
