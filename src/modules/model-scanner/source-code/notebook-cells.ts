/** The code cells of a notebook as one Python source: magics become the calls they are, line for line. */

export type NotebookCell = {
  /** Keys and index that lead to its source in the file. */
  readonly path: readonly (string | number)[];
  /** Counted over all cells, from 1, as people see them. */
  readonly number: number;
  readonly source: string;
};

export type CellPlace = { readonly cell: NotebookCell /** Counted from 1. */; readonly line: number };
type NotebookSource = {
  readonly text: string;
  /** Where a character of the text stands in the notebook. */
  placeOf(offset: number): CellPlace | null;
};

const otherLanguage = /^%%(javascript|js|html|svg|latex|markdown|R|sql|bigquery|writefile|file|cython|cu|pypy|script)\b/;
const shellCell = /^%%(?:(?:bash|sh|shell|system|sx|cmd|perl|ruby)\b|!|script\s+(?:--?\S+\s+){0,10}\S{0,40}\b(?:ba|z|da)?sh\b)/;
const pythonScript = /^%%script\s+(?:--?\S+\s+){0,10}\S{0,40}\bpython[\d.]*\b/;
const writtenFile = /^%%(?:writefile|file)\s+(?:-a\s+|--append\s+)?["']?([^\s"']{1,300})/;
const skippedCell = /^%%(capture|time|timeit|prun|debug|mypy)\b/;

/** @param cells of code only. Magics that are no code become empty lines, so that lines stay where they are. */
export function notebookSource(cells: readonly NotebookCell[]): NotebookSource {
  const lines: string[] = [];
  const owners: CellPlace[] = [];
  const starts: number[] = [];
  let length = 0;
  const started = startedFiles(cells);
  for (const cell of cells) {
    for (const [index, line] of pythonLines(cell.source, started).entries()) {
      starts.push(length);
      lines.push(line);
      owners.push({ cell, line: index + 1 });
      length += line.length + 1;
    }
  }
  return { text: lines.join('\n'), placeOf: (offset) => owners[lastAtMost(starts, offset)] ?? null };
}

function lastAtMost(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle;
  }
  return low;
}

/** Names of files that some cell runs: `%run train.py`, `!bash start.sh`, `!./start.sh`. */
function startedFiles(cells: readonly NotebookCell[]): ReadonlySet<string> {
  const names = new Set<string>();
  const starts =
    /(?:%run\s+(?:-\w\s+)*|\b(?:python[\d.]*|(?:ba|z|da)?sh|source)\s+(?:-\w+\s+){0,5}|(?:^|[\s!;&|])(?=\.\/))["']?([\w./~+-]{1,300})/gm;
  for (const { source } of cells) for (const match of source.matchAll(starts)) if (names.size < 1000) names.add(bareName(match[1] ?? ''));
  return names;
}

const bareName = (path: string): string => path.replace(/^(?:\.\/|\/content\/)+/, '');

function pythonLines(source: string, started: ReadonlySet<string>): string[] {
  const lines = source.split('\n');
  const first = lines.findIndex((line) => line.trim() !== '');
  const start = lines[first] ?? '';
  // A magic that only measures or catches output runs the rest as a cell, with a magic of its own perhaps.
  if (skippedCell.test(start) && first + 1 < lines.length)
    return [...lines.slice(0, first + 1).map(() => ''), ...pythonLines(lines.slice(first + 1).join('\n'), started)];
  const written = writtenFile.exec(start)?.[1] ?? '';
  if (written !== '' && started.has(bareName(written))) {
    if (written.endsWith('.py')) return lines.map((line, at) => (at <= first ? '' : line));
    return lines.map((_, at) => (at === first ? commandOf(lines.slice(first + 1).join('\n')) : ''));
  }
  if (pythonScript.test(start)) return lines.map((line, at) => (at === first ? '' : line));
  if (shellCell.test(start)) return lines.map((_, at) => (at === first ? commandOf(lines.slice(first + 1).join('\n')) : ''));
  if (otherLanguage.test(start)) return lines.map(() => '');
  return joinedShellLines(lines).map((line, at) => (at === first && skippedCell.test(line) ? '' : pythonLine(line)));
}

/** A command continued with a backslash is one command on its first line. */
function joinedShellLines(lines: readonly string[]): string[] {
  const made: string[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    let line = lines[at] ?? '';
    let taken = 0;
    if (/^\s*(?:(?:\w+\s*=\s*)?!|%(?:pip|conda|mamba|micromamba|uv|system|sx|sh)\b)/.test(line))
      while (line.endsWith('\\') && at + taken + 1 < lines.length) {
        taken += 1;
        line = `${line.slice(0, -1)} ${lines[at + taken] ?? ''}`;
      }
    made.push(line, ...Array.from({ length: taken }, () => ''));
    at += taken;
  }
  return made;
}

const shellLine = /^(\s*)((?:[A-Za-z_]\w*\s*=\s*)?)!{1,2}(.*)$/;
const systemMagic = /^(\s*)((?:[A-Za-z_]\w*\s*=\s*)?)%(?:system|sx|sh|bash)\s+(.*)$/;
const runMagic = /^(\s*)%(?:run|load)\s+(\S.*)$/;
const packageMagic = /^(\s*)%((?:pip|conda|mamba|micromamba|uv)\s+\S.*)$/;
const otherMagic = /^\s*(?:[A-Za-z_]\w*\s*=\s*)?%{1,2}\w/;
const helpLine = /^\s*\?|^[\w.\s]*\?{1,2}\s*$/;

function pythonLine(line: string): string {
  const shell = shellLine.exec(line) ?? systemMagic.exec(line);
  if (shell) return `${shell[1] ?? ''}${shell[2] ?? ''}${commandOf(shell[3] ?? '')}`;
  const run = runMagic.exec(line);
  if (run) return `${run[1] ?? ''}${commandOf(`python ${run[2] ?? ''}`)}`;
  const packages = packageMagic.exec(line);
  if (packages) return `${packages[1] ?? ''}${commandOf(packages[2] ?? '')}`;
  if (otherMagic.test(line) || (helpLine.test(line) && line.trim() !== '')) return `${/^\s*/.exec(line)?.[0] ?? ''}pass`;
  return line;
}

function commandOf(command: string): string {
  return `get_ipython().system(${JSON.stringify(command)})`;
}
