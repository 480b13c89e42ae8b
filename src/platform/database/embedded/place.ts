/**
 * Who runs the embedded PostgreSQL, and where its files lie.
 *
 * PostgreSQL refuses to run as root, so root hands over to `postgres` or `nobody`; that user must then be able to enter
 * the folders. Where it may not (a clone below /root, a folder made by mktemp), the files go to /var/lib/ai-spm instead
 * and the data directory records where.
 */
import { createHash, randomBytes } from 'node:crypto';
import {
  chownSync,
  cpSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { databaseProblems } from '../database-problem.ts';
import { type Binaries, binariesAt, linkLibraries, packagedBinaries } from './binaries.ts';
import { postmasterPid } from './pid-file.ts';

/** How the server is reached: a Unix socket, or 127.0.0.1 with a password (the only way on Windows). */
export type Listen = 'socket' | 'tcp';
const defaultListen: Listen = process.platform === 'win32' ? 'tcp' : 'socket';

export type RunAs = { readonly uid: number; readonly gid: number; readonly name: string };

/** What a data directory remembers of its database, so that every process finds the same server. */
const Place = z.object({
  clusterDirectory: z.string().min(1),
  /** Folder of the Unix socket; null where the server listens on 127.0.0.1. */
  socketDirectory: z.string().min(1).nullable(),
  port: z.int().min(1).max(65_535),
  /** Only where the server listens on TCP: the socket is protected by its folder. */
  password: z.string().nullable(),
});
export type Place = z.infer<typeof Place>;

/** Room of sun_path on Linux is 108 bytes with its terminator, on macOS 104; PostgreSQL adds `/.s.PGSQL.<port>.lock`. */
const socketPathLimit = process.platform === 'darwin' ? 103 : 107;
const systemDirectory = '/var/lib/ai-spm';
const placeFile = 'postgresql.json';

/** The user PostgreSQL must run as, or null to stay who we are. */
export function runAs(): RunAs | null {
  if (process.platform === 'win32' || process.getuid?.() !== 0) return null;
  for (const name of ['postgres', 'nobody']) {
    const line = readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .find((entry) => entry.startsWith(`${name}:`));
    const [, , uid, gid] = line?.split(':') ?? [];
    if (Number(uid) > 0 && Number(gid) > 0) return { uid: Number(uid), gid: Number(gid), name };
  }
  throw databaseProblems.refusesRoot();
}

/** The first folder on the way to `path` that the user may not enter, or null. Looks at mode bits only. */
export function firstClosedFolder(path: string, user: RunAs): string | null {
  const folders: string[] = [];
  for (let folder = resolve(path); ; folder = dirname(folder)) {
    folders.unshift(folder);
    if (dirname(folder) === folder) break;
  }
  return folders.find((folder) => existsSync(folder) && !mayEnter(folder, user)) ?? null;
}

function mayEnter(folder: string, { uid, gid }: RunAs): boolean {
  const { mode, uid: owner, gid: group } = statSync(folder);
  if (owner === uid) return (mode & 0o100) !== 0;
  return (group === gid ? mode & 0o010 : mode & 0o001) !== 0;
}

/** A short name that stands for a long path. */
function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

function ownFolder(path: string, user: RunAs | null): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  if (user !== null) chownSync(path, user.uid, user.gid);
}

/** In a shared folder somebody else may have made the name first: only an own, private, real folder is taken. */
function privateFolder(path: string, user: RunAs | null): string {
  const uid = user?.uid ?? process.getuid?.();
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) {
    ownFolder(path, user);
    return path;
  }
  if (found.isDirectory() && found.uid === uid && (found.mode & 0o077) === 0) return path;
  const fresh = mkdtempSync(`${path}-`);
  if (user !== null) chownSync(fresh, user.uid, user.gid);
  return fresh;
}

function chooseSocketDirectory(clusterDirectory: string, user: RunAs | null): string {
  const near = `${clusterDirectory}-socket`;
  const fits = Buffer.byteLength(join(near, '.s.PGSQL.5432.lock')) <= socketPathLimit;
  if (fits) {
    ownFolder(near, user);
    return near;
  }
  return privateFolder(join(tmpdir(), `ai-spm-${digest(clusterDirectory)}`), user);
}

/**
 * Data once written is never passed over: a cluster that the record or the data directory holds stays where it is,
 * and where it cannot be reached any more the start is refused instead of beginning anew beside it.
 */
function chooseClusterDirectory(dataDirectory: string, known: Place | null, user: RunAs | null): string {
  const near = join(dataDirectory, 'postgresql');
  const closed = user === null ? null : firstClosedFolder(dataDirectory, user);
  if (existsSync(join(near, 'PG_VERSION'))) {
    if (user !== null && closed !== null) throw closedTo(user, closed);
    return near;
  }
  if (known !== null && existsSync(join(known.clusterDirectory, 'PG_VERSION'))) return known.clusterDirectory;
  if (user === null || closed === null) return near;
  // A name of its own: whoever removes the data directory starts with an empty database, even at the same path.
  return join(systemFolder(closed, user), randomBytes(8).toString('hex'), 'postgresql');
}

function closedTo(user: RunAs, path: string): Error {
  return databaseProblems.unreachable({ user: user.name, path, remedy: `run chmod o+x ${path}, or start as another user.` });
}

/** A folder of the system that the database's user can enter, for root whose own folders are closed. */
function systemFolder(closed: string, user: RunAs): string {
  try {
    mkdirSync(systemDirectory, { recursive: true, mode: 0o755 });
  } catch {
    throw closedTo(user, closed);
  }
  const blocked = firstClosedFolder(systemDirectory, user);
  if (blocked !== null) throw closedTo(user, blocked);
  return systemDirectory;
}

/** The recorded place of a data directory's database; null before its first start. */
export function readPlace(dataDirectory: string): Place | null {
  const file = join(resolve(dataDirectory), placeFile);
  if (!existsSync(file)) return null;
  return Place.parse(JSON.parse(readFileSync(file, 'utf8')));
}

/** Of two first starts at once the first to record its place decides for both. */
function recordPlace(dataDirectory: string, place: Place, known: Place | null): Place {
  const file = join(dataDirectory, placeFile);
  const draft = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`;
  writeFileSync(draft, `${JSON.stringify(place, null, 2)}\n`, { mode: 0o600 });
  try {
    if (known === null) linkSync(draft, file);
    else renameSync(draft, file);
  } catch (error) {
    const other = readPlace(dataDirectory);
    if (other === null) throw error;
    return other;
  } finally {
    rmSync(draft, { force: true });
  }
  return place;
}

/**
 * Finds or makes the folders of a data directory's database. Repeatable: a moved data directory, or a socket folder that
 * the system's cleaning took away, is noticed and recorded anew.
 */
export async function preparePlace(givenDirectory: string, user: RunAs | null, listen: Listen = defaultListen): Promise<Place> {
  const dataDirectory = resolve(givenDirectory);
  mkdirSync(dataDirectory, { recursive: true, mode: 0o755 });
  const known = readPlace(dataDirectory);
  const clusterDirectory = chooseClusterDirectory(dataDirectory, known, user);
  mkdirSync(dirname(clusterDirectory), { recursive: true, mode: 0o755 });
  const place = { clusterDirectory, ...(listen === 'tcp' ? await tcpDoor(known) : socketDoor(clusterDirectory, known, user)) };
  return JSON.stringify(place) === JSON.stringify(known) ? place : recordPlace(dataDirectory, place, known);
}

type Door = Omit<Place, 'clusterDirectory'>;

function socketDoor(clusterDirectory: string, known: Place | null, user: RunAs | null): Door {
  const kept = known?.clusterDirectory === clusterDirectory && known.socketDirectory !== null && isOwn(known.socketDirectory, user);
  return { socketDirectory: kept ? known.socketDirectory : chooseSocketDirectory(clusterDirectory, user), port: 5432, password: null };
}

/** A port may have been given to somebody else since; our own running server is found before this is asked. */
async function tcpDoor(known: Place | null): Promise<Door> {
  if (known?.password != null && postmasterPid(known.clusterDirectory) !== null)
    return { socketDirectory: null, port: known.port, password: known.password };
  const port = known !== null && (await isFree(known.port)) ? known.port : await freePort();
  return { socketDirectory: null, port, password: known?.password ?? randomBytes(24).toString('hex') };
}

function freePort(port = 0): Promise<number> {
  return new Promise((resolvePort, refuse) => {
    const server = createServer();
    server.once('error', refuse);
    server.listen({ host: '127.0.0.1', port }, () => {
      const address = server.address();
      server.close(() => resolvePort(typeof address === 'object' && address !== null ? address.port : port));
    });
  });
}

async function isFree(port: number): Promise<boolean> {
  return await freePort(port).then(
    () => true,
    () => false,
  );
}

function isOwn(folder: string, user: RunAs | null): boolean {
  const found = lstatSync(folder, { throwIfNoEntry: false });
  return found?.isDirectory() === true && found.uid === (user?.uid ?? process.getuid?.()) && (found.mode & 0o077) === 0;
}

/** Binaries that the database's user can run: the packaged ones, or a copy in the system folder or beside the cluster. */
export function reachableBinaries(clusterDirectory: string, user: RunAs | null): Binaries {
  const packaged = packagedBinaries();
  const linked = linkLibraries(packaged);
  if (linked && (user === null || firstClosedFolder(packaged.native, user) === null)) return packaged;
  const version = digest(`${packaged.native} ${statSync(packaged.postgres).size} ${statSync(packaged.postgres).mtimeMs}`);
  const base = user === null ? dirname(clusterDirectory) : systemFolder(firstClosedFolder(packaged.native, user) ?? packaged.native, user);
  const native = join(base, `postgresql-binaries-${version}`);
  if (!existsSync(native)) copyBinaries(packaged.native, native);
  return binariesAt(native);
}

/** Copied beside and renamed: a copy broken off half-way is never taken for a whole one. */
function copyBinaries(from: string, to: string): void {
  const draft = `${to}.${process.pid}`;
  rmSync(draft, { recursive: true, force: true });
  // The links between libraries are relative: as they are, they stay within the copy.
  cpSync(from, draft, { recursive: true, verbatimSymlinks: true });
  linkLibraries(binariesAt(draft));
  try {
    renameSync(draft, to);
  } catch {
    rmSync(draft, { recursive: true, force: true });
  }
}
