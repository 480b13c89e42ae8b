/** Jupyter notebooks: what their cells do when they are run, and what their outputs do when they are shown. */
import type { Where } from '../../../../contract/finding.ts';
import { noteInto } from '../../documents/pipeline-practice.ts';
import type { TextDocument } from '../../engine/document.ts';
import type { Draft, ReaderTools } from '../../engine/reader.ts';
import { javascriptActs } from '../../source-code/javascript-acts.ts';
import { pythonAnalysis } from '../../source-code/load-analysis.ts';
import { type CellPlace, type NotebookCell, notebookSource } from '../../source-code/notebook-cells.ts';
import type { JsonObject, JsonValue } from '../parts/json-tokens.ts';

type Found = { readonly value: JsonObject; readonly path: readonly (string | number)[]; readonly number: number };

const longestSource = 8 * 2 ** 20;
const mostOutputs = 2000;

/** @source nbformat 4.5 schema; version 3 keeps its cells in worksheets and calls their source `input`. */
export function readNotebook(document: TextDocument, draft: Draft, tools: ReaderTools): void {
  if (!(document.root instanceof Map)) return;
  const cells = cellsOf(document.root);
  const code = cells.filter(({ value }) => value.get('cell_type') === 'code');
  draft.metadata.set('cells', cells.length);
  draft.metadata.set('codeCells', code.length);
  const kernel = kernelOf(document.root);
  if (kernel !== null) draft.metadata.set('kernel', kernel.slice(0, 100));
  for (const cell of code.slice(0, mostOutputs)) {
    readOutputs(cell, document, draft);
    readPageCell(cell, document, draft);
  }
  if (isPythonKernel(document.root, kernel)) readCells(code, { document, draft, tools });
  else if (code.length > 0)
    draft.unread.push({
      reason: 'unsupported',
      detail: `The cells are written for the kernel ${kernel ?? '?'}, which is not read.`,
      where: draft.where,
    });
}

function cellsOf(root: JsonObject): Found[] {
  const lists: { list: JsonValue[]; path: (string | number)[] }[] = [];
  const cells = root.get('cells');
  if (Array.isArray(cells)) lists.push({ list: cells, path: ['cells'] });
  const sheets = root.get('worksheets');
  if (Array.isArray(sheets))
    for (const [at, sheet] of sheets.entries()) {
      const inner = sheet instanceof Map ? sheet.get('cells') : undefined;
      if (Array.isArray(inner)) lists.push({ list: inner, path: ['worksheets', at, 'cells'] });
    }
  return lists
    .flatMap(({ list, path }) => list.map((value, at) => ({ value, path: [...path, at] })))
    .flatMap(({ value, path }, index) => (value instanceof Map ? [{ value, path, number: index + 1 }] : []));
}

function kernelOf(root: JsonObject): string | null {
  const metadata = root.get('metadata');
  const spec = metadata instanceof Map ? metadata.get('kernelspec') : undefined;
  const name = spec instanceof Map ? spec.get('name') : undefined;
  return typeof name === 'string' ? name : null;
}

function isPythonKernel(root: JsonObject, kernel: string | null): boolean {
  const metadata = root.get('metadata');
  const info = metadata instanceof Map ? metadata.get('language_info') : undefined;
  const language = info instanceof Map ? info.get('name') : undefined;
  if (typeof language === 'string') return /python/i.test(language);
  return kernel === null || !/^(ir|julia|scala|spylon|javascript|deno|bash|xcpp|gophernotes|rust|sas|stata|octave|matlab)/i.test(kernel);
}

function textOf(value: JsonValue | undefined): string {
  if (typeof value === 'string') return value;
  return Array.isArray(value) ? value.filter((line) => typeof line === 'string').join('') : '';
}

type Reading = { readonly document: TextDocument; readonly draft: Draft; readonly tools: ReaderTools };

function readCells(found: readonly Found[], { document, draft, tools }: Reading): void {
  const cells: NotebookCell[] = found.map(({ value, path, number }) => {
    const key = value.has('source') ? 'source' : 'input';
    return { path: [...path, key], number, source: textOf(value.get(key)) };
  });
  const { text, placeOf } = notebookSource(cells);
  if (text.length > longestSource) {
    draft.unread.push({ reason: 'budget', detail: `The cells hold ${text.length} characters: more than are read.`, where: draft.where });
    return;
  }
  // Places in the file are looked up only for what is found; the text knows cell and line.
  const owners = new Map<Where, CellPlace>();
  const placeAt = (offset: number): Where => {
    const owner = placeOf(offset);
    if (!owner) return draft.where;
    const where = { ...placeInFile(document, owner) };
    owners.set(where, owner);
    return where;
  };
  const answer = pythonAnalysis().analysePython({ text, tables: tools.tables.pickle, places: { placeAt }, subject: 'notebook' });
  const told = (where: Where) => {
    const owner = owners.get(where);
    return owner ? `In cell ${owner.cell.number}, line ${owner.line}.` : '';
  };
  for (const call of answer.calls) draft.sourceCalls.push({ ...call, because: `${call.because ?? ''} ${told(call.where)}`.trim() });
  for (const practice of answer.practices)
    draft.practices.push({ ...practice, detail: `${practice.detail} (${told(practice.where).replace(/^In |\.$/g, '')})` });
  if (answer.cut)
    draft.unread.push({ reason: 'budget', detail: 'Parts of the cells are nested deeper, or longer, than is read.', where: draft.where });
}

/** Sources are lists of lines, or one text: then the place is where the text starts. */
function placeInFile(document: TextDocument, { cell, line }: CellPlace): Where {
  return document.placeOf([...cell.path, line - 1]);
}

const script = /<script\b|<iframe\b|javascript:|\bon(error|load|click|mouseover|focus)\s*=/i;
const kernelCall = /\b(kernel\s*\.\s*execute|\.requestExecute|executeCode)\s*\(/;

function readOutputs(cell: Found, document: TextDocument, draft: Draft): void {
  const outputs = cell.value.get('outputs');
  if (!Array.isArray(outputs)) return;
  for (const [at, output] of outputs.entries()) {
    const data = output instanceof Map ? (output.get('data') ?? output) : undefined;
    if (!(data instanceof Map)) continue;
    for (const [kind, value] of data) {
      if (!/html|javascript|svg/.test(kind)) continue;
      const text = textOf(value);
      const where = () => document.placeOf([...cell.path, 'outputs', at]);
      if (kernelCall.test(text)) draft.sourceCalls.push(kernelFact(text, cell.number, where()));
      else if (kind.includes('javascript') || script.test(text))
        addScript(draft, { kind, number: cell.number, trusted: isTrusted(cell, document), where: where() });
    }
  }
}

const pageCell = /^\s*%%(javascript|js|html|svg)\b/;

/** `%%javascript` and `%%html`: when somebody runs the cell, the page runs it, and with it whatever it asks the kernel to do. */
function readPageCell({ value, path, number }: Found, document: TextDocument, draft: Draft): void {
  const source = textOf(value.get('source') ?? value.get('input'));
  const language = pageCell.exec(source)?.[1];
  if (language === undefined) return;
  const where = document.placeOf([...path, value.has('source') ? 'source' : 'input']);
  if (kernelCall.test(source)) {
    draft.sourceCalls.push({
      ...kernelFact(source, number, where),
      because: `Cell ${number} runs code in the kernel from the page that shows it.`,
    });
    return;
  }
  const note = noteInto(draft, 'script');
  for (const { code, detail, text } of javascriptActs(source)) note({ code, detail, text, certainty: 'possible', where });
  const runs = language === 'javascript' || language === 'js' || script.test(source);
  if (runs) note({ code: 'notebook-script', detail: `Cell ${number} (%%${language}) holds a script.`, text: source.slice(0, 200), where });
}

function isTrusted({ value }: Found, { root }: TextDocument): boolean {
  const own = value.get('metadata');
  const whole = root instanceof Map ? root.get('metadata') : undefined;
  return (
    (own instanceof Map && own.get('trusted') === true) ||
    (whole instanceof Map && (whole.get('trusted') === true || whole.has('signature')))
  );
}

function kernelFact(text: string, number: number, where: Where): Draft['sourceCalls'][number] {
  return {
    expression: text.slice(0, 180).replaceAll(/\s+/g, ' '),
    effect: 'exec',
    certainty: 'possible',
    runs: 'on-import',
    activatedBy: null,
    disguised: false,
    family: 'hidden-code',
    because: `An output of cell ${number} runs code in the kernel as soon as it is shown.`,
    where,
  };
}

type Script = { readonly kind: string; readonly number: number; readonly trusted: boolean; readonly where: Where };

function addScript(draft: Draft, { kind, number, trusted, where }: Script): void {
  draft.practices.push({
    subject: 'notebook',
    code: trusted ? 'trusted-output-script' : 'output-script',
    detail: `The output of cell ${number} (${kind.slice(0, 60)}) holds a script`,
    text: kind.slice(0, 100),
    certainty: 'proved',
    where,
  });
}
