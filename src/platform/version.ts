/** The version of the running code, from package.json. Loads nothing else: every start of the command line reads it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const { version: written }: { version?: unknown } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8'));
export const version = typeof written === 'string' ? written : 'unknown';
