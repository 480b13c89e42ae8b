#!/usr/bin/env node
/** `ai-spm`: the command line. Works in the caller's folder; a published package runs the built copy. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { launch, root } from './node24.mjs';

const source = 'src/apps/cli/main.ts';
// Node strips no types under node_modules, so a published package carries dist/ instead of src/.
await launch(existsSync(join(root, source)) ? source : 'dist/apps/cli/main.js', { cwd: process.cwd() });
