/** The house's own rules, where no other tool has one: sizes, names, folders, single readers, machine traces, pinned versions. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { listTracked, root } from '../files.ts';
import { parseText } from '../syntax.ts';
import { type Complaint, printComplaint } from './complaint.ts';
import { checkFolders } from './folders.ts';
import { checkMachine, machineFolders } from './machine.ts';
import { checkName } from './names.ts';
import { checkSizes } from './sizes.ts';
import { checkVersions } from './versions.ts';
import { checkWords } from './words.ts';

const codeFile = /^(src|scripts|test)\/.+\.(ts|tsx|mjs)$/;
const namedFolders = /^(src|scripts|test|catalog|deploy)\//;
const largestTextBytes = 4_000_000;

export function checkHouse(base: string): Complaint[] {
  const folders = machineFolders(base);
  const paths = listTracked(base);
  const perFile = paths.flatMap((path) => {
    const text = readTextFile(join(base, path));
    return [
      ...(namedFolders.test(path) ? checkName(path) : []),
      ...(text === null ? [] : checkMachine(path, text, folders)),
      ...(text === null || !codeFile.test(path) || path.includes('.generated.') ? [] : checkCode(path, text)),
    ];
  });
  return [
    ...perFile,
    ...checkFolders(paths),
    ...checkVersions(readFileSync(join(base, 'package.json'), 'utf8'), readFileSync(join(base, 'package-lock.json'), 'utf8')),
  ];
}

function checkCode(path: string, text: string): Complaint[] {
  try {
    const source = parseText(path, text);
    return [...checkSizes(source), ...checkWords(source)];
  } catch (error) {
    return [{ path, line: null, says: error instanceof Error ? error.message : String(error) }];
  }
}

/** null for what is not text, and for what is too large to be written by hand. */
function readTextFile(path: string): string | null {
  if (statSync(path).size > largestTextBytes) return null;
  const bytes = readFileSync(path);
  return bytes.subarray(0, 8000).includes(0) ? null : bytes.toString('utf8');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const complaints = checkHouse(root);
  for (const complaint of complaints) process.stdout.write(`${printComplaint(complaint)}\n`);
  process.exitCode = complaints.length === 0 ? 0 : 1;
}
