/** Bounded parsing of configuration text: JSON with comments, YAML, TOML. Null for what is none of these: a broken file is no error here. */
import { parse as parseTomlText } from 'smol-toml';
import { parseAllDocuments } from 'yaml';
import { mask } from './evidence/mask.ts';
import { isParseableYaml } from './yaml-bounds.ts';

const maxDepth = 60;
const maxYamlBytes = 262_144;
/** Lock files are long. */
const maxTomlBytes = 8_388_608;
const maxYamlDocuments = 200;

/** JSON as tools write it: line and block comments and trailing commas are allowed. */
export function parseJson(text: string): unknown {
  if (nesting(text) > maxDepth) return null;
  const bare = text.replace(/^\uFEFF/, '');
  try {
    return JSON.parse(bare);
  } catch {
    return parseCommentedJson(bare);
  }
}

function parseCommentedJson(text: string): unknown {
  // Comments are found by masking (a // inside a string is none); then string contents are put back at their offsets.
  const masked = mask(text, 'java');
  const pieces: string[] = [];
  let from = 0;
  for (const { start, end } of masked.strings) {
    pieces.push(masked.code.slice(from, start), text.slice(start, end));
    from = end;
  }
  pieces.push(masked.code.slice(from));
  try {
    return JSON.parse(pieces.join('').replace(/,(\s{0,200})([}\]])/g, '$1$2'));
  } catch {
    return null;
  }
}

/** All documents of a YAML stream; tags are ignored, aliases counted; nothing of a text that would take long to parse (see yaml-bounds.ts). Templated YAML (Helm) is not YAML and yields nothing. */
export function parseYaml(text: string): unknown[] {
  if (text.length > maxYamlBytes || !isParseableYaml(text)) return [];
  try {
    // Whether keys repeat is not asked: the library compares each with all before it. The last one counts.
    const documents = parseAllDocuments(text, { logLevel: 'silent', stringKeys: true, uniqueKeys: false });
    if (!Array.isArray(documents)) return [];
    return documents
      .slice(0, maxYamlDocuments)
      .flatMap((document) => (document.errors.length > 0 ? [] : [document.toJS({ maxAliasCount: 100 }) as unknown]));
  } catch {
    return [];
  }
}

export function parseToml(text: string): unknown {
  if (text.length > maxTomlBytes || nesting(text) > maxDepth) return null;
  try {
    return parseTomlText(text);
  } catch {
    return null;
  }
}

/** Front matter of a Markdown file: the YAML between the first two `---` lines; null without. */
export function frontMatter(text: string): Record<string, unknown> | null {
  if (!/^\uFEFF?---\s*\n/.test(text)) return null;
  const end = text.indexOf('\n---', 4);
  if (end < 0 || end > 65_536) return null;
  return asRecord(parseYaml(text.slice(text.indexOf('\n') + 1, end))[0]);
}

/** A plain object, or null. Read its keys with Object.entries or `field`: they are named by whoever wrote the file. */
export function asRecord(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
}

export function field(record: Record<string, unknown> | null, name: string): unknown {
  return record !== null && Object.hasOwn(record, name) ? record[name] : undefined;
}

export function asText(value: unknown, most = 500): string | null {
  return typeof value === 'string' ? value.slice(0, most) : typeof value === 'number' ? String(value) : null;
}

export function asList(value: unknown): unknown[] {
  return Array.isArray(value) ? value.slice(0, 5000) : [];
}

function nesting(text: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (inString) {
      if (code === 0x5c) index += 1;
      else if (code === 0x22) inString = false;
    } else if (code === 0x22) inString = true;
    else if (code === 0x7b || code === 0x5b) {
      depth += 1;
      if (depth > deepest) deepest = depth;
    } else if (code === 0x7d || code === 0x5d) depth -= 1;
  }
  return deepest;
}
