/** Prompts kept as files. A prompt folder or ending is the sign; the text must read like one, not like a data file. */
import { frontMatter } from '../document.ts';

const ending = /\.(?:prompty|prompt|prompt\.md|prompt\.txt|prompt\.ya?ml|prompt\.jinja2?|prompt\.j2)$/i;
const inFolder =
  /(?:^|\/)(?:prompts?|system[-_]prompts?|prompt[-_]templates?)\/(?:[\w.-]{1,80}\/){0,3}[\w.-]{1,80}\.(?:md|txt|ya?ml|jinja2?|j2|tmpl|tpl|hbs|mustache)$/i;
const byName = /(?:^|\/)(?:system[-_]?(?:prompt|message)|[\w-]{0,40}[-_]prompt)\.(?:md|txt|ya?ml|jinja2?|j2)$/i;

export function mayBePrompt(path: string): boolean {
  return ending.test(path) || inFolder.test(path) || byName.test(path);
}

export type PromptFact = {
  readonly confidence: 'certain' | 'probable';
  readonly variables: readonly string[];
  readonly model: string | null;
  readonly line: string;
};

/** @returns null when the text is too short or does not read like an instruction. */
export function promptFact(path: string, text: string): PromptFact | null {
  const trimmed = text.trim();
  if (trimmed.length < 20 || trimmed.length > 400_000 || /^#!|^\s*(?:import|from|package|const|#include)\s/.test(trimmed)) return null;
  const matter = /\.prompty$/i.test(path) ? frontMatter(text) : null;
  const variables = new Set<string>();
  for (const match of trimmed.matchAll(
    /\{\{-?\s{0,4}([A-Za-z_][\w.]{0,60})|(?<![{$])\{([a-z_][\w]{0,60})\}(?!\})|<<\s{0,2}([A-Za-z_]\w{0,60})\s{0,2}>>/g,
  ))
    if (variables.size < 40) variables.add(match[1] ?? match[2] ?? match[3] ?? '');
  const addressed =
    /\b(?:you are|you're|your (?:task|job|role|goal)|act as|respond|answer|summari[sz]e|classify|extract|translate|do not|never|always|assistant|the user|customer)\b/i.test(
      trimmed,
    );
  if (!addressed && variables.size === 0 && matter === null) return null;
  const model = typeof matter?.['model'] === 'object' ? modelOf(matter['model']) : null;
  return {
    confidence: ending.test(path) || (addressed && inFolder.test(path)) ? 'certain' : 'probable',
    variables: [...variables],
    model,
    line: trimmed.split('\n')[0]?.slice(0, 160) ?? '',
  };
}

function modelOf(value: unknown): string | null {
  const configuration: unknown = typeof value === 'object' && value !== null && 'configuration' in value ? value.configuration : null;
  if (typeof configuration !== 'object' || configuration === null) return null;
  const deployment: unknown =
    'azure_deployment' in configuration ? configuration.azure_deployment : 'model' in configuration ? configuration.model : null;
  return typeof deployment === 'string' ? deployment.slice(0, 120) : null;
}
