#!/usr/bin/env node
/** `ai-spm`: the command line. Works in the caller's folder; a published package runs the built copy. */
import { existsSync, readFileSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { setFlagsFromString } from 'node:v8';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const source = 'src/apps/cli/main.ts';
const scanSource = 'src/apps/cli/scan.ts';
// Node strips no types under node_modules, so a published package carries dist/ instead of src/.
const inTree = existsSync(join(root, source));
const file = inTree ? source : 'dist/apps/cli/main.js';

const prepared = inTree && process.argv[2] === 'scan' ? preparedScan() : null;
if (prepared) {
  process.argv[1] = join(root, file);
  await prepared.runScan();
  prepared.keepPreparedCode();
} else await ordinaryStart();

/** The scan as one file, made for this Node from the very sources that are there; null when there is none. */
function preparedScan() {
  try {
    // Of the two compilers between interpreter and optimiser: with it, thousands of files take 25 MB more and no time less. Without it, V8 counts
    // itself another version and compiles the modules that Node brings compiled: a fifth of the processor time of a scan of one file.
    setFlagsFromString('--no-maglev');
    // Feedback from the first call on lets V8 optimise earlier: in a life of a second there is no time to wait (about 7 % of the time of 2,000 files).
    setFlagsFromString('--no-lazy-feedback-allocation');
    const folder = join(root, 'node_modules', '.cache', 'workers');
    const { starts } = JSON.parse(readFileSync(join(folder, 'prepared.json'), 'utf8'));
    if (!process.version.startsWith('v24.')) return null;
    const script = nodeModule.createRequire(import.meta.url)(join(folder, starts[scanSource]));
    return script.trustOneFiles() ? script : null;
  } catch {
    // Not prepared yet, or from another time: starts are slower, nothing else.
    return null;
  }
}

async function ordinaryStart() {
  const { isInstalled, launch, runsHere } = await import('./node24.mjs');
  if (!runsHere() || !isInstalled(root)) {
    await launch(file, { cwd: process.cwd() });
    return;
  }
  // The right Node and everything installed: a second process would cost more than many a command.
  nodeModule.enableCompileCache(join(root, 'node_modules', '.cache', 'compiled'));
  process.argv[1] = join(root, file);
  await import(pathToFileURL(join(root, file)).href);
  if (inTree && process.argv[2] === 'scan') await prepareNextStart();
}

/** Functions that these files need are compiled in the next start already. */
async function keepCodeOfExamples() {
  const { spawnSync } = await import('node:child_process');
  const args = [fileURLToPath(import.meta.url), 'scan', join(root, 'examples'), '--workers', '1'];
  spawnSync(process.execPath, args, { stdio: 'ignore', timeout: 60_000 });
}

/** After the command, so that nobody waits for it twice. */
async function prepareNextStart() {
  try {
    const { prepareOneFiles } = await import('./build/one-file.ts');
    if (await prepareOneFiles()) await keepCodeOfExamples();
  } catch {
    // No bundler, or a folder that is not ours to write: starts stay slower, nothing else.
  }
}
