/** The version of the running code, from package.json. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { projectRoot } from './config.ts';

const Package = z.object({ version: z.string() });
export const version = Package.parse(JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8'))).version;
