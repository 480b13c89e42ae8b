/** Jupyter notebooks: recognised, counted; their code is not judged yet. */
import type { Draft } from '../../engine/reader.ts';
import type { JsonObject, JsonValue } from '../parts/json-tokens.ts';

/** @source nbformat 4.5 schema; version 3 keeps its cells in worksheets. */
export function readNotebook(root: JsonObject, draft: Draft): void {
  draft.format = 'notebook';
  draft.role = 'code';
  const cells = cellsOf(root);
  const code = cells.filter((cell) => cell instanceof Map && cell.get('cell_type') === 'code');
  draft.metadata.set('cells', cells.length);
  draft.metadata.set('codeCells', code.length);
  const metadata = root.get('metadata');
  const kernel = metadata instanceof Map ? metadata.get('kernelspec') : undefined;
  const name = kernel instanceof Map ? kernel.get('name') : undefined;
  if (typeof name === 'string') draft.metadata.set('kernel', name.slice(0, 100));
}

function cellsOf(root: JsonObject): JsonValue[] {
  const cells = root.get('cells');
  if (Array.isArray(cells)) return cells;
  const sheets = root.get('worksheets');
  if (!Array.isArray(sheets)) return [];
  return sheets.flatMap((sheet) => {
    const inner = sheet instanceof Map ? sheet.get('cells') : undefined;
    return Array.isArray(inner) ? inner : [];
  });
}
