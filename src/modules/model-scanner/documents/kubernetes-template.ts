/** Manifests that Helm fills in: read with every action taken for a plain word, and said to be read in part. */
import { defineDocument, type TextDocument } from '../engine/document.ts';
import type { Draft } from '../engine/reader.ts';
import { offsetOf } from '../readers/parts/value-places.ts';
import { parseYaml } from '../readers/parts/yaml-values.ts';
import { readManifest } from './kubernetes.ts';
import { textAt } from './pipeline-practice.ts';

const longestTemplate = 2 ** 20;

export default defineDocument({
  format: 'helm-template',
  role: 'config',
  syntaxes: ['text'],
  words: ['apiVersion:'],
  is: ({ name, text }) =>
    /\.(ya?ml|tpl)$/.test(name) &&
    text.length <= longestTemplate &&
    /^apiVersion:/m.test(text) &&
    /^kind:/m.test(text) &&
    /\{\{-?[^{}]/.test(text) &&
    !isPlain(text),
  read: (document, draft) => readTemplate(document, draft),
});

/** Actions in quotes leave YAML that everybody can read: nothing to do here. */
function isPlain(text: string): boolean {
  try {
    parseYaml(text);
    return true;
  } catch {
    return false;
  }
}

function readTemplate(document: TextDocument, draft: Draft): void {
  draft.metadata.set('template', 'helm');
  draft.unread.push({ reason: 'unsupported', detail: 'What Helm fills into the template is not known here.', where: draft.where });
  const text = withoutActions(document.text);
  try {
    for (const parsed of parseYaml(text))
      if (textAt(parsed.root, 'apiVersion') !== null)
        readManifest({ ...document, root: parsed.root, placeOf: (path) => document.placeAt(offsetOf(parsed, path)) }, draft);
  } catch {
    // Actions that cut through the structure: said above to be unread.
  }
}

/** Lines of nothing but actions and comments become blank; an action inside a line becomes a word as long. Offsets stay. */
export function withoutActions(text: string): string {
  const words = text.replace(/\{\{[^{}]{0,2000}\}\}/g, (action) => action.replace(/[^\n]/g, 'x'));
  return words
    .split('\n')
    .map((line) => (/^\s*x{4,}\s*$/.test(line) ? ' '.repeat(line.length) : line))
    .join('\n');
}
