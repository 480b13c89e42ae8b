#!/usr/bin/env node
/** `ai-spm`: the command line. Works in the caller's folder; a published package runs the built copy. */
import { existsSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isInstalled, launch, root, runsHere } from './node24.mjs';

const source = 'src/apps/cli/main.ts';
// Node strips no types under node_modules, so a published package carries dist/ instead of src/.
const inTree = existsSync(join(root, source));
const file = inTree ? source : 'dist/apps/cli/main.js';

if (runsHere() && isInstalled(root)) {
  // The right Node and everything installed: a second process would cost more than many a command.
  nodeModule.enableCompileCache(join(root, 'node_modules', '.cache', 'compiled'));
  process.argv[1] = join(root, file);
  await import(pathToFileURL(join(root, file)).href);
  if (inTree && process.argv[2] === 'scan') await prepareNextStart();
} else await launch(file, { cwd: process.cwd() });

/** After the command, so that nobody waits for it twice. */
async function prepareNextStart() {
  try {
    await (await import('./build/one-file.ts')).prepareOneFiles();
  } catch {
    // No bundler, or a folder that is not ours to write: starts stay slower, nothing else.
  }
}
