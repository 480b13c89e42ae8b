/** Prepares worker scripts as one file each, for starts that are over before two hundred modules are looked up. */
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { isFresh, type OneFileRecord, oneFileFolder, oneFilePaths } from '../../src/platform/workers/one-file.ts';
import { root } from '../files.ts';

/** Scripts whose start people wait for. */
export const oneFileScripts = ['src/modules/model-scanner/engine/scan-worker.ts'];

export type OneFile = {
  readonly code: string;
  /** Sources, relative to the root. */
  readonly inputs: readonly string[];
  /** Packages that it loads at its start. */
  readonly packages: readonly string[];
};

/**
 * Modules of ours that are loaded when first needed, by `load('./name.ts')` of a `createRequire`: inside one file they are parts that
 * begin when first needed. Beside it they would be second copies, whose errors nobody recognises.
 */
const loadedLater: Plugin = {
  name: 'loaded-later',
  setup: (builder) => {
    builder.onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      if (!/\bload\('\.\.?\//.test(text)) return null;
      return { loader: 'ts', contents: text.replaceAll(/\bload\(('\.\.?\/[^']+')\)/g, 'require($1)') };
    });
  },
};

/** Packages stay outside: the file lies below node_modules and finds them. */
export async function bundleScript(path: string): Promise<OneFile> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: [path],
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    packages: 'external',
    plugins: [loadedLater],
    logLevel: 'silent',
  });
  const needs = Object.values(metafile.outputs).flatMap(({ imports }) => imports);
  return {
    code: outputFiles[0]?.text ?? '',
    inputs: Object.keys(metafile.inputs),
    packages: needs.flatMap(({ kind, path: name }) => (kind === 'import-statement' && !name.startsWith('node:') ? [name] : [])),
  };
}

/** Writes what is missing or older than its sources. A folder that cannot be written to costs speed, nothing else. */
export async function prepareOneFiles(): Promise<void> {
  for (const path of oneFileScripts) {
    const paths = oneFilePaths(pathToFileURL(join(root, path)));
    if (isFresh(paths.record)) continue;
    // The sources may be edited meanwhile: what was there before is what is recorded, so that the next start looks again.
    const before = new Date();
    const { code, inputs } = await bundleScript(path);
    const rows = inputs.map((input): OneFileRecord['inputs'][number] => {
      const { size, mtimeMs } = statSync(join(root, input));
      return [input, size, mtimeMs];
    });
    if (rows.some(([, , modifiedMs]) => modifiedMs >= before.getTime())) continue;
    mkdirSync(oneFileFolder, { recursive: true });
    replace(paths.record, '{"inputs":[]}');
    replace(paths.code, code);
    replace(paths.record, JSON.stringify({ inputs: rows }));
  }
}

/** Others may be reading or preparing the same: a file is there as a whole or not at all. */
function replace(path: string, content: string): void {
  const aside = `${path}.${process.pid}`;
  writeFileSync(aside, content);
  renameSync(aside, path);
}
