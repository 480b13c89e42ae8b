/** The YAML block at the beginning of a card. */
import { MalformedBytes } from '../engine/reader.ts';
import type { JsonValue } from '../readers/parts/json-tokens.ts';
import { parseYaml } from '../readers/parts/yaml-values.ts';

const longest = 200_000;
export type FrontMatter = { readonly root: JsonValue /** Character offset of the block. */; readonly at: number; readonly text: string };

/** @returns null without a block between lines of `---`. @throws MalformedBytes when the block is no YAML. */
export function frontMatter(text: string): FrontMatter | null {
  const opening = /^\uFEFF?---[ \t]*\r?\n/.exec(text.slice(0, 200));
  if (opening === null) return null;
  const at = opening[0].length;
  const end = /\r?\n---[ \t]*(?:\r?\n|$)/.exec(text.slice(at - 1, at + longest));
  if (end === null) return null;
  const block = text.slice(at, Math.max(at, at - 1 + end.index));
  try {
    return { root: parseYaml(block)[0]?.root ?? null, at, text: block };
  } catch (error) {
    if (error instanceof MalformedBytes) throw new MalformedBytes(error.code, at + error.offset, error.message);
    throw error;
  }
}
