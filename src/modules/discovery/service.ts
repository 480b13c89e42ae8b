/** Door :8001 of discovery: walks folders under the allowed roots. Keeps a walk for an hour; the product keeps the rest. */
import { randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isProblem } from '../../contract/problem.ts';
import { config } from '../../platform/config.ts';
import { call } from '../../platform/http/call.ts';
import { handle, type Route } from '../../platform/http/handle.ts';
import { log } from '../../platform/log.ts';
import { confine } from '../../platform/scan-roots.ts';
import { inspectSource } from '../model-scanner/contract.ts';
import {
  cancelDiscover,
  discoverHits,
  discoverPath,
  discoverStatus,
  discoveryProblems,
  doorFolders,
  type Hit,
  type WalkProgress,
} from './contract.ts';
import type { Discovery } from './discover.ts';
import { walkFolder } from './discover-folder.ts';
import { isVendored } from './tree/walk.ts';

type Walk = {
  readonly id: string;
  readonly stop: AbortController;
  state: 'running' | 'done' | 'failed' | 'cancelled';
  progress: () => WalkProgress;
  result: Discovery | null;
  problem: { code: string; detail: string } | null;
  endedAt: number | null;
};

const walks = new Map<string, Walk>();
const keptMs = 3_600_000;
/** Walks running or waiting at once; more are asked to come again. */
const mostRunning = 8;
const mostKept = 200;

function forgetOld(): void {
  for (const [id, { endedAt }] of walks) if (endedAt !== null && (Date.now() - endedAt > keptMs || walks.size > mostKept)) walks.delete(id);
}

async function begin(path: string, timeoutMs: number): Promise<{ walk: Walk; done: Promise<Discovery> }> {
  forgetOld();
  if ([...walks.values()].filter(({ state }) => state === 'running').length >= mostRunning)
    throw discoveryProblems.busy({ seconds: 10 }, { retryAfterSeconds: 10 });
  const root = await confine(path);
  const stop = new AbortController();
  const { done, progress } = walkFolder(root, { timeoutMs, signal: stop.signal });
  const walk: Walk = { id: randomUUID(), stop, state: 'running', progress, result: null, problem: null, endedAt: null };
  walks.set(walk.id, walk);
  const finished = done.then(async (found) => ({ ...found, hits: await withReaderFacts(root, found.hits) }));
  return { walk, done: finished.then((result) => end(walk, { state: 'done', result, problem: null }).then(() => result)) };
}

async function end(walk: Walk, outcome: Pick<Walk, 'state' | 'result' | 'problem'>): Promise<void> {
  Object.assign(walk, outcome, { endedAt: Date.now() });
}

function fail(walk: Walk, error: unknown): void {
  const problem = isProblem(error)
    ? { code: error.code, detail: error.message }
    : { code: 'discovery.walkFailed', detail: 'The walk ended with an internal error.' };
  if (!isProblem(error)) log('error').error({ error, code: problem.code, walk: walk.id }, 'A discovery walk failed');
  void end(walk, { state: walk.stop.signal.aborted ? 'cancelled' : 'failed', result: null, problem });
}

function found(id: string): Walk {
  const walk = walks.get(id);
  if (!walk) throw discoveryProblems.walkNotFound({ id });
  return walk;
}

const mostInspected = 500;

/** Facts of the scanner's readers about the model files found (architecture, parameters, producer); without them the hits stand as they are. */
async function withReaderFacts(root: string, hits: readonly Hit[]): Promise<Hit[]> {
  const files = hits.filter(({ kind }) => kind === 'model').flatMap(({ where }) => where.slice(0, 1).map(({ path }) => path));
  if (files.length === 0) return [...hits];
  try {
    const { files: inspected } = await call(inspectSource, { path: root, files: files.slice(0, mostInspected) });
    const byPath = new Map(inspected.map((file) => [file.path, file]));
    return hits.map((hit) => {
      const facts = hit.kind === 'model' ? byPath.get(hit.where[0]?.path ?? '') : undefined;
      return facts ? { ...hit, facts: { ...limited(facts.metadata), ...hit.facts } } : hit;
    });
  } catch (error) {
    if (!isProblem(error)) throw error;
    log('application').info({ code: error.code }, 'Reader facts are not available; hits carry what discovery itself saw');
    return [...hits];
  }
}

function limited(metadata: Readonly<Record<string, string | number>>): Record<string, string | number> {
  const entries = Object.entries(metadata).slice(0, 40);
  return Object.fromEntries(entries.map(([name, value]) => [name.slice(0, 120), typeof value === 'string' ? value.slice(0, 500) : value]));
}

export const routes: readonly Route[] = [
  handle(discoverPath, async ({ path, wait, timeoutMs }) => {
    const { walk, done } = await begin(path, timeoutMs);
    if (!wait) {
      done.catch((error: unknown) => fail(walk, error));
      return { id: walk.id };
    }
    try {
      const { summary, hits } = await done;
      return { id: walk.id, summary, hits };
    } catch (error) {
      fail(walk, error);
      throw error;
    }
  }),
  handle(discoverStatus, ({ id }) => {
    const walk = found(id);
    return { id, state: walk.state, progress: walk.progress(), summary: walk.result?.summary ?? null, problem: walk.problem };
  }),
  handle(discoverHits, ({ id, offset, limit }) => {
    const hits = found(id).result?.hits ?? [];
    return { hits: hits.slice(offset, offset + limit), total: hits.length };
  }),
  handle(cancelDiscover, ({ id }) => {
    const walk = found(id);
    const running = walk.state === 'running';
    walk.stop.abort();
    return { cancelled: running };
  }),
  handle(doorFolders, async ({ path }) => foldersBelow(path)),
];

const mostFolders = 200;

/** Folders whose path begins with what was typed: the roots at first, then those beside it and, once it names a folder, those in it. */
async function foldersBelow(typed: string): Promise<{ roots: string[]; folders: string[]; truncated: boolean }> {
  const roots = [...config().scanRoots];
  if (typed.trim() === '') return { roots, folders: roots, truncated: false };
  const beside = typed.endsWith('/') ? [] : await foldersIn(dirname(typed));
  const inside = await foldersIn(typed.replace(/\/+$/, '') || '/');
  const named = [...roots, ...beside, ...inside].filter((folder) => folder.startsWith(typed) && folder !== typed);
  const folders = [...new Set(named)].sort();
  return { roots, folders: folders.slice(0, mostFolders), truncated: folders.length > mostFolders };
}

/** Nothing for what is outside the roots, missing, or no folder: a suggestion never says what it may not. */
async function foldersIn(path: string): Promise<string[]> {
  const real = await confine(path).catch((error: unknown) => {
    if (isProblem(error)) return null;
    throw error;
  });
  const entries = real === null ? [] : await readdir(real, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory() && !isVendored(entry.name)).map((entry) => join(path, entry.name));
}
