/** The files of one PostgreSQL cluster: made once, whole or not at all, and only opened by the release that wrote them. */
import { spawn } from 'node:child_process';
import {
  chownSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { databaseProblems } from '../database-problem.ts';
import type { Binaries } from './binaries.ts';
import type { Place, RunAs } from './place.ts';

const serverMajor = '18';
export const superuser = 'aispm';

/** The server gets no environment but this: no secret of ours ends up in its /proc entry, and no PG* variable bends it. */
export const serverEnvironment: Readonly<Record<string, string>> = { LC_ALL: 'C', TZ: 'UTC' };

/** Credentials for spawn(). */
export function identity(user: RunAs | null): { uid?: number; gid?: number } {
  return user === null ? {} : { uid: user.uid, gid: user.gid };
}

/** `durable` waits until the files are on the disk; only tests do without. */
type ClusterPlan = { readonly place: Place; readonly user: RunAs | null; readonly durable: boolean };

/**
 * Makes the cluster when there is none. initdb works in a folder beside it that is renamed at the end: a start that was
 * killed half-way leaves only the draft, and of two starts at once the first to finish wins.
 * @returns true when it was made just now.
 */
export async function initialiseCluster(binaries: Binaries, { place, user, durable }: ClusterPlan): Promise<boolean> {
  const target = place.clusterDirectory;
  if (existsSync(join(target, 'PG_VERSION'))) {
    refuseOtherMajor(target);
    return false;
  }
  removeAbandonedDrafts(target);
  const draft = mkdtempSync(`${target}.draft-`);
  if (user !== null) chownSync(draft, user.uid, user.gid);
  try {
    await runInitdb(binaries, draft, { place, user, durable });
    renameSync(draft, target);
    return true;
  } catch (error) {
    if (existsSync(join(target, 'PG_VERSION'))) return false;
    throw error;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

function refuseOtherMajor(target: string): void {
  const found = readFileSync(join(target, 'PG_VERSION'), 'utf8').trim();
  if (found !== serverMajor) throw databaseProblems.wrongMajor({ path: target, found, expected: serverMajor });
}

/** Drafts of starts that were killed; only when an hour old, because a start running beside this one has its own. */
function removeAbandonedDrafts(target: string): void {
  const prefix = `${basename(target)}.draft-`;
  const hourMs = 3_600_000;
  for (const name of readdirSync(dirname(target))) {
    const draft = join(dirname(target), name);
    const changed = name.startsWith(prefix) ? statSync(draft, { throwIfNoEntry: false })?.mtimeMs : undefined;
    if (changed !== undefined && Date.now() - changed > hourMs) rmSync(draft, { recursive: true, force: true });
  }
}

async function runInitdb(binaries: Binaries, draft: string, { place, user, durable }: ClusterPlan): Promise<void> {
  const options = ['-D', draft, '-U', superuser, '--encoding=UTF8', '--locale=C', '--no-instructions'];
  if (!durable) options.push('--no-sync');
  // One call for the whole file system instead of one for each of a thousand files; only Linux has it.
  if (durable && process.platform === 'linux') options.push('--sync-method=syncfs');
  const passwordFile = `${draft}.password`;
  if (place.password === null) options.push('--auth=trust');
  else {
    writeFileSync(passwordFile, place.password, { mode: 0o600 });
    if (user !== null) chownSync(passwordFile, user.uid, user.gid);
    options.push('--auth=scram-sha-256', `--pwfile=${passwordFile}`);
  }
  const { code, output } = await run(binaries.initdb, options, user);
  if (place.password !== null) unlinkSync(passwordFile);
  if (code !== 0) throw databaseProblems.initialiseFailed({ path: place.clusterDirectory, reason: lastLines(output) });
}

/** Runs a short program to its end; never throws: a program that cannot be started has code null. */
export function run(program: string, options: readonly string[], user: RunAs | null): Promise<{ code: number | null; output: string }> {
  return new Promise((done) => {
    const child = spawn(program, options, { cwd: '/', env: serverEnvironment, stdio: ['ignore', 'pipe', 'pipe'], ...identity(user) });
    let output = '';
    const collect = (chunk: Buffer) => {
      if (output.length < 100_000) output += chunk.toString('utf8');
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('error', (error) => done({ code: null, output: `${output}${error.message}` }));
    child.on('close', (code) => done({ code, output }));
  });
}

/** The end of a program's output, in one line, for a sentence. */
export function lastLines(output: string, count = 4): string {
  const lines = output.trim().split('\n');
  return lines.slice(-count).join(' · ').slice(0, 1000);
}
