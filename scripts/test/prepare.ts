/**
 * The first run in a fresh copy: what every part needs and each would make for itself, at the same moment, is made once before they start.
 * Later runs find it; a part whose sources changed since makes its own again.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../files.ts';
import { browserPath, namedBrowser } from './unpacked-browser.ts';

/** Each in a process of its own, at the same time. */
const makers = [
  { maker: 'prepare-code.ts', made: () => join(root, 'node_modules/.cache/clusters') },
  { maker: 'prepare-cluster.ts', made: () => join(root, 'node_modules/.cache/clusters') },
  { maker: 'prepare-web.ts', made: () => join(root, 'dist/public.stamp') },
  { maker: 'prepare-browser.ts', made: () => namedBrowser() ?? browserPath() },
] as const;

/** A maker that fails says so where its work is asked for. */
export async function prepare(environment: NodeJS.ProcessEnv): Promise<void> {
  if (!existsSync(join(root, 'node_modules'))) return;
  const missing = makers.filter(({ made }) => !existsSync(made()));
  await Promise.all(missing.map(({ maker }) => ended(maker, environment)));
}

function ended(maker: string, env: NodeJS.ProcessEnv): Promise<void> {
  const resolver = new URL('../../src/apps/quick-resolve.ts', import.meta.url).href;
  const child = spawn(process.execPath, [`--import=${resolver}`, join(import.meta.dirname, maker)], { cwd: root, env, stdio: 'ignore' });
  return new Promise((resolve) => child.once('error', () => resolve()).once('exit', () => resolve()));
}
