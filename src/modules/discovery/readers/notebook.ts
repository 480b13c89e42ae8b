/** Jupyter notebooks: code cells joined to one source, with each line's place in the file; shell and cell magics are blanked. */
import { asList, asRecord, asText, field, parseJson } from '../document.ts';

export type NotebookCode = {
  readonly code: string;
  /** Line in the notebook file of a line (from 1) of `code`. */
  readonly lineOf: (line: number) => number;
  readonly cells: number;
  readonly kernel: string | null;
};

/** @returns null when the text is no notebook. */
export function notebookCode(text: string): NotebookCode | null {
  const root = asRecord(parseJson(text));
  if (root === null || typeof field(root, 'nbformat') !== 'number') return null;
  const listed = asList(field(root, 'cells'));
  // Format 3 keeps its cells in work sheets.
  const cells = listed.length > 0 ? listed : asList(field(root, 'worksheets')).flatMap((sheet) => asList(field(asRecord(sheet), 'cells')));
  const sources = cells
    .map(asRecord)
    .filter((cell) => asText(field(cell, 'cell_type')) === 'code')
    .map((cell) => sourceOf(cell));
  const lines = sources.flatMap((source) => [...source.split('\n'), '']);
  const places = placesIn(text, lines);
  const kernel = asText(field(asRecord(field(asRecord(field(root, 'metadata')), 'kernelspec')), 'language'), 40) ?? null;
  return { code: lines.map(withoutMagic).join('\n'), lineOf: (line) => places[line - 1] ?? 1, cells: sources.length, kernel };
}

function sourceOf(cell: Record<string, unknown> | null): string {
  const source = field(cell, 'source') ?? field(cell, 'input');
  return Array.isArray(source) ? source.filter((part) => typeof part === 'string').join('') : typeof source === 'string' ? source : '';
}

/** `%matplotlib inline` and `!pip install x` are no Python. */
function withoutMagic(line: string): string {
  return /^\s*[%!?]/.test(line) ? '' : line;
}

/** Looks each code line up in the raw text, always forward: cells stand there in order. */
function placesIn(text: string, lines: readonly string[]): number[] {
  let from = 0;
  let line = 1;
  return lines.map((source) => {
    if (source.trim() === '') return line;
    const found = text.indexOf(JSON.stringify(source).slice(1, -1), from);
    if (found < 0) return line;
    for (let at = text.indexOf('\n', from); at >= 0 && at < found; at = text.indexOf('\n', at + 1)) line += 1;
    from = found;
    return line;
  });
}
