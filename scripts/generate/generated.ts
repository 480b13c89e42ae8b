/** What a generator is: it reads the tree and answers whole files. Writing and comparing is scripts/generate.ts's business. */

/** `path` is relative to the root; `text` ends with a line feed. */
export type GeneratedFile = { readonly path: string; readonly text: string };
export type Generator = {
  readonly name: string;
  /** Pure reading: the same tree gives the same bytes on every machine. */
  files(base: string): Promise<readonly GeneratedFile[]> | readonly GeneratedFile[];
};

export const notice = '// Written by npm run generate. Do not edit.';

/** `ai-assets` → `aiAssets`; what is left is a valid identifier for every folder and file name we allow. */
export function camelCase(name: string): string {
  return name.replace(/[^a-zA-Z0-9]+(.)?/g, (_, next: string | undefined) => (next ?? '').toUpperCase());
}

/** A single-quoted literal. */
export function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n')}'`;
}

/** `export const name: type = [ … ];`, one item a line. */
export function listConstant(declaration: string, items: readonly string[]): string {
  if (items.length === 0) return `export const ${declaration} = [];`;
  return `export const ${declaration} = [\n${items.map((item) => `  ${item},\n`).join('')}];`;
}

/** Joins blocks with a blank line between them and one line feed at the end. */
export function fileText(...blocks: readonly (string | readonly string[])[]): string {
  const lines = blocks.map((block) => (typeof block === 'string' ? block : block.join('\n'))).filter((block) => block !== '');
  return `${lines.join('\n\n')}\n`;
}
