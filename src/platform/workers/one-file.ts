/**
 * Scripts and all they import, prepared as one file each with its compiled code: looking up and compiling two hundred modules takes
 * longer than scanning a small file. scripts/build/one-file.ts writes them beside the installed packages; whoever may write there may
 * change the code itself.
 */
import { readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const projectRoot = fileURLToPath(new URL('../../..', import.meta.url));
export const oneFileFolder = `${projectRoot}node_modules/.cache/workers`;
/** One record for all of them. */
export const oneFileRecord = `${oneFileFolder}/prepared.json`;

export type OneFileRecord = {
  /** What they were made from: any other size or time of one of these makes all of them useless. */
  readonly inputs: readonly (readonly [path: string, size: number, modifiedMs: number])[];
  /** Script, relative to the root → name of the file in the folder that starts it. */
  readonly starts: Readonly<Record<string, string>>;
};

let known: OneFileRecord | null = null;

/** The start of a script that is made from the very sources that are there now, as a path for `require`; else null. */
export function oneFileOf(script: URL): string | null {
  const record = known ?? freshRecord(oneFileRecord);
  const name = record?.starts[fileURLToPath(script).slice(projectRoot.length).replaceAll('\\', '/')];
  return name === undefined ? null : `${oneFileFolder}/${name}`;
}

/** For a process that lives so short that sources do not change meanwhile: they are looked at once. */
export function trustOneFiles(): boolean {
  known ??= freshRecord(oneFileRecord);
  return known !== null;
}

/** @returns the record when every source is as it was. */
export function freshRecord(path: string): OneFileRecord | null {
  try {
    const record: OneFileRecord = JSON.parse(readFileSync(path, 'utf8'));
    return record.inputs.length > 0 && record.inputs.every(isUnchanged) ? record : null;
  } catch {
    // Not prepared, or a source that it was made from is gone.
    return null;
  }
}

function isUnchanged([path, size, modifiedMs]: OneFileRecord['inputs'][number]): boolean {
  const stat = statSync(`${projectRoot}${path}`);
  return stat.size === size && stat.mtimeMs === modifiedMs;
}
