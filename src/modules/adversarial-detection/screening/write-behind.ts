/** What screening leaves to be written: gathered in memory, one transaction a second for each workspace. */
import { withContext } from '../../../platform/ambient.ts';
import { transaction } from '../../../platform/database/database.ts';
import { log } from '../../../platform/log.ts';
import { countRefused } from '../blocks/block-store.ts';
import { type DetectionDraft, recordDetection } from '../detections/record-detection.ts';
import { addGuardTraffic } from '../guard/guard-store.ts';
import { addGuardCounts, type GuardCounts } from '../guard/traffic-count.ts';
import { LiveQueries } from '../streams/live-queries.ts';
import { insideDatabase, type OwnDatabase, ownDatabase } from './own-database-store.ts';
import { contextOfWorkspace } from './screening-state.ts';
import { addCounts, addScores, type ScoreRow, type ScreeningCount } from './screening-store.ts';

const everyMs = 1000;
/** Kept back when the database is away; beyond it the oldest go, and the loss is logged. */
const mostWaiting = 20_000;
type Waiting = {
  readonly database: OwnDatabase;
  readonly workspaceId: string;
  counts: Map<string, ScreeningCount>;
  scores: ScoreRow[];
  detections: DetectionDraft[];
  guarded: GuardCounts;
  refused: Map<string, number>;
  readonly queries: LiveQueries;
  timer: NodeJS.Timeout | null;
  writing: Promise<void>;
};
const waiting = new WeakMap<object, Map<string, Waiting>>();

/** What waits in the workspace of this database; a timer is set that writes it. */
export function waitingFor(workspaceId: string): Waiting {
  const database = ownDatabase();
  const all = waiting.get(database) ?? new Map<string, Waiting>();
  waiting.set(database, all);
  const present = all.get(workspaceId) ?? blank(database, workspaceId);
  all.set(workspaceId, present);
  setTimer(present);
  return present;
}

function setTimer(batch: Waiting): void {
  if (batch.timer !== null) return;
  batch.timer = setTimeout(() => void write(batch), everyMs);
  batch.timer.unref();
}

function blank(database: Waiting['database'], workspaceId: string): Waiting {
  return {
    database,
    workspaceId,
    counts: new Map(),
    scores: [],
    detections: [],
    guarded: new Map(),
    refused: new Map(),
    queries: new LiveQueries(),
    timer: null,
    writing: Promise.resolve(),
  };
}

export type CountedKind = 'screened' | 'flagged' | 'blocked' | 'unscreened' | 'contested';
const hourMs = 3_600_000;
export function countScreening(to: Waiting, profileId: string, kinds: readonly CountedKind[], now = Date.now()): void {
  const hour = Math.floor(now / hourMs) * hourMs;
  const key = `${profileId} ${hour}`;
  const count = to.counts.get(key) ?? { profileId, hour: new Date(hour), screened: 0, flagged: 0, blocked: 0, unscreened: 0, contested: 0 };
  for (const kind of kinds) count[kind] += 1;
  to.counts.set(key, count);
}

/** @param all also what could wait longer */
async function write(batch: Waiting, all = false): Promise<void> {
  batch.timer = null;
  const { counts, scores, detections, guarded, refused } = batch;
  batch.counts = new Map();
  batch.scores = [];
  batch.detections = [];
  batch.guarded = new Map();
  batch.refused = new Map();
  const context = contextOfWorkspace(batch.workspaceId);
  const queries = all || batch.queries.isDue();
  batch.writing = insideDatabase(batch.database, () =>
    withContext(context, async () => {
      await transaction(context, async () => {
        await addCounts([...counts.values()]);
        await addScores(scores);
        await addGuardTraffic([...guarded.values()]);
        await countRefused(refused);
        for (const draft of detections) await recordDetection(draft);
      });
      if (queries) await batch.queries.give(context);
    }),
  ).catch((error: unknown) => putBack(batch, { counts, scores, detections, guarded, refused }, error));
  await batch.writing;
  if (batch.queries.size > 0) setTimer(batch);
}

type Content = Pick<Waiting, 'counts' | 'scores' | 'detections' | 'guarded' | 'refused'>;

function putBack(batch: Waiting, content: Content, error: unknown): void {
  batch.scores = [...content.scores, ...batch.scores];
  batch.detections = [...content.detections, ...batch.detections];
  for (const [key, count] of content.counts) {
    const present = batch.counts.get(key);
    if (present === undefined) batch.counts.set(key, count);
    else for (const kind of ['screened', 'flagged', 'blocked', 'unscreened', 'contested'] as const) present[kind] += count[kind];
  }
  addGuardCounts(batch.guarded, content.guarded);
  for (const [id, n] of content.refused) batch.refused.set(id, (batch.refused.get(id) ?? 0) + n);
  const lost = Math.max(0, batch.scores.length - mostWaiting) + Math.max(0, batch.detections.length - mostWaiting);
  batch.scores = batch.scores.slice(-mostWaiting);
  batch.detections = batch.detections.slice(-mostWaiting);
  log('error').error({ error, code: 'screening.notWritten', lost }, 'What screening did could not be written yet');
  // Of the batch itself: at the end of a process there is no database around it any more.
  setTimer(batch);
}

/** Writes now what waits, for the end of the process and for tests. */
export async function flushScreening(): Promise<void> {
  for (const batch of waiting.get(ownDatabase())?.values() ?? []) {
    await batch.writing;
    if (batch.timer === null) continue;
    clearTimeout(batch.timer);
    await write(batch, true);
  }
}
