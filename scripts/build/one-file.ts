/** Prepares scripts as one file each, with their compiled code, for starts that are over before two hundred modules are looked up. */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { freshRecord, type OneFileRecord, oneFileFolder, oneFileRecord } from '../../src/platform/workers/one-file.ts';
import { root } from '../files.ts';
import { scriptText, startText } from './one-file-start.ts';

/** Scripts whose start people wait for: those of worker threads, and the one that starts them. */
export const workerScripts = ['src/modules/model-scanner/engine/scan-worker.ts'];
const commandScripts = ['src/apps/cli/scan.ts'];

type OneFile = {
  readonly code: string;
  /** Sources, relative to the root. */
  readonly inputs: readonly string[];
  /** Packages that it loads at its start. */
  readonly packages: readonly string[];
};

/** Small, and needed by every command. */
const packagesInside = new Set(['commander']);

/** Examples of detectors are for tests: hundreds of artefacts that each start would build anew. Biome keeps them written so. */
const isDetector = /^src\/modules\/model-scanner\/detectors\/[^/]+\.ts$/;
const examples = /\n {2}flags: [\s\S]*?\n\}\);/;
const noExamples = '\n  flags: [],\n  passes: [],\n});';

/**
 * Modules of ours that are loaded when first needed, by `load('./name.ts')` of a `createRequire`: inside one file they are parts that
 * begin when first needed. Beside it they would be second copies, whose errors nobody recognises. What a module asks of its own place
 * must stay true in a script without one.
 */
function ownModules(format: Format): Plugin {
  return {
    name: 'own-modules',
    setup: (builder) => {
      builder.onResolve({ filter: /^[a-z@][^:]*$/ }, ({ path, kind }) => {
        if (kind === 'entry-point' || (format === 'script' && packagesInside.has(path))) return null;
        return { path, external: true };
      });
      builder.onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, ({ path }) => {
        const text = readFileSync(path, 'utf8').replaceAll(/\bload\(('\.\.?\/[^']+')\)/g, 'require($1)');
        const place = relative(root, path).replaceAll('\\', '/');
        const needed = isDetector.test(place) ? text.replace(examples, noExamples) : text;
        return { loader: 'ts', contents: format === 'script' ? placed(needed, JSON.stringify(place)) : needed };
      });
    },
  };
}

function placed(text: string, place: string): string {
  return text.replaceAll(/\bimport\.meta\.(url|dirname)\b/g, (_, word: string) => `placeOf.${word}(${place})`);
}

type Format = 'module' | 'script';

/**
 * @param format `module` stands wherever the script stood; `script` is the body of a function of `exports`, `require` and `placeOf`.
 * Packages stay outside: the file lies below the root and finds them.
 */
export async function bundleScript(path: string, format: Format = 'module'): Promise<OneFile> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: [path],
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: format === 'module' ? 'esm' : 'cjs',
    minifyWhitespace: format === 'script',
    target: 'node24',
    plugins: [ownModules(format)],
    logLevel: 'silent',
  });
  const needs = Object.values(metafile.outputs).flatMap(({ imports }) => imports);
  return {
    code: outputFiles[0]?.text ?? '',
    inputs: Object.keys(metafile.inputs),
    packages: needs.flatMap(({ kind, path: name }) => (kind === 'import-statement' && !name.startsWith('node:') ? [name] : [])),
  };
}

/**
 * Writes what is missing or older than its sources. A folder that cannot be written to costs speed, nothing else.
 * @returns true when something was written: its compiled code is still to come.
 */
export async function prepareOneFiles(): Promise<boolean> {
  if (freshRecord(oneFileRecord) !== null) return false;
  // The sources may be edited meanwhile: what was there before is what is recorded, so that the next start looks again.
  const before = Date.now();
  const starts: Record<string, string> = {};
  const inputs = new Set<string>();
  const files = new Map<string, string>();
  for (const path of [...workerScripts, ...commandScripts]) {
    const bundle = await bundleScript(path, 'script');
    const text = scriptText(bundle.code);
    const name = `${path
      .replace(/^src\//, '')
      .replace(/\.ts$/, '')
      .replaceAll('/', '-')}-${digestOf(text)}`;
    files.set(`${name}.js`, text);
    files.set(`${name}.cjs`, startText(name));
    starts[path] = `${name}.cjs`;
    for (const input of bundle.inputs) inputs.add(input);
  }
  const rows = [...inputs].map((input): OneFileRecord['inputs'][number] => {
    const { size, mtimeMs } = statSync(`${root}${input}`);
    return [input, size, mtimeMs];
  });
  if (rows.some(([, , modifiedMs]) => modifiedMs >= before)) return false;
  mkdirSync(oneFileFolder, { recursive: true });
  for (const [name, text] of files) replace(`${oneFileFolder}/${name}`, text);
  replace(oneFileRecord, JSON.stringify({ inputs: rows, starts } satisfies OneFileRecord));
  removeOthers(new Set(files.keys()));
  return true;
}

function digestOf(code: string): string {
  return createHash('sha256').update(code).digest('hex').slice(0, 16);
}

/** Others may be reading or preparing the same: a file is there as a whole or not at all. */
function replace(path: string, content: string): void {
  const aside = `${path}.${process.pid}`;
  writeFileSync(aside, content);
  renameSync(aside, path);
}

/** Files of earlier sources; a process that has just begun with one of them has read it already, or starts the slower way. */
function removeOthers(kept: ReadonlySet<string>): void {
  for (const name of readdirSync(oneFileFolder)) {
    const path = `${oneFileFolder}/${name}`;
    const isOld = Date.now() - statSync(path).mtimeMs > 60_000;
    if (isOld && path !== oneFileRecord && !kept.has(name)) rmSync(path, { force: true });
  }
}
