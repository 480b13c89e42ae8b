/** Builds the web app when its sources changed since the last build; the stamp is a hash of what goes in. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../platform/config.ts';
import { makeInTurn } from '../platform/turns.ts';

const output = join(projectRoot, 'dist/public');
const stampFile = join(projectRoot, 'dist/public.stamp');

/** A build takes seconds; whoever waits for another's longer than this goes on with what is there. */
const longestBuildMs = 180_000;

export async function buildWebIfChanged(say: (line: string) => void): Promise<void> {
  const stamp = sourceHash();
  const isThere = (): boolean =>
    existsSync(join(output, 'index.html')) && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp;
  await makeInTurn({ mark: `${output}.building`, longestMs: longestBuildMs, isThere, make: () => buildWeb(stamp, say) });
}

async function buildWeb(stamp: string, say: (line: string) => void): Promise<void> {
  say('Building the web app…');
  const { build } = await import('vite');
  // Built beside and put in place at once: a gateway that is running never serves half a build.
  const fresh = `${output}.${process.pid}`;
  await build({
    configFile: join(projectRoot, 'src/apps/web/vite.config.ts'),
    logLevel: 'warn',
    build: { outDir: fresh, emptyOutDir: true },
  });
  rmSync(`${output}.old`, { recursive: true, force: true });
  if (existsSync(output)) renameSync(output, `${output}.old`);
  renameSync(fresh, output);
  rmSync(`${output}.old`, { recursive: true, force: true });
  writeFileSync(stampFile, stamp);
}

/** Everything the bundle is made of: our sources that may be imported by it, and the lock file for the packages. */
function sourceHash(): string {
  const hash = createHash('sha256');
  hash.update(readFileSync(join(projectRoot, 'package-lock.json')));
  const files = readdirSync(join(projectRoot, 'src'), { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile() && isWebSource(join(file.parentPath, file.name)))
    .map((file) => join(file.parentPath, file.name))
    .sort();
  for (const file of files) hash.update(file.slice(projectRoot.length)).update('\0').update(readFileSync(file));
  return hash.digest('hex');
}

function isWebSource(path: string): boolean {
  const file = path.slice(projectRoot.length).replaceAll('\\', '/');
  if (/\.test\.tsx?$/.test(file)) return false;
  return file.endsWith('.tsx') || file.endsWith('/contract.ts') || /^\/src\/(contract|ui|client|apps\/web)\//.test(file);
}
