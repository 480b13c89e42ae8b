/** The stateless door :8001 of the scanner: runs scans in worker threads, keeps their state for an hour, knows no database. */
import { stat } from 'node:fs/promises';
import { config } from '../../platform/config.ts';
import { watchHealth } from '../../platform/health.ts';
import { handle, type Route } from '../../platform/http/handle.ts';
import { confine } from '../../platform/scan-roots.ts';
import { version } from '../../platform/version.ts';
import { cancelDoorScan, doorRules, inspectSource, scanModel, scanProblems, scanStatus } from './contract.ts';
import { detectors } from './detectors.generated.ts';
import { DoorScans } from './door-scans.ts';
import { loadScanTables, rulesVersionOf } from './engine/load-tables.ts';
import { type ScanPool, scanPool, scanTree } from './engine/scan-tree.ts';

/** Scans running or waiting in this process. */
const mostScans = 32;

type Engine = { readonly pool: ScanPool; readonly base: Omit<Parameters<typeof scanTree>[1], 'pool'>; readonly rulesVersion: string };
let engine: Engine | undefined;

/** Catalogs and worker threads, made at the first scan: a process that never scans pays nothing. */
function theEngine(): Engine {
  if (engine !== undefined) return engine;
  const { tables, digest } = loadScanTables();
  const rulesVersion = rulesVersionOf(detectors, digest);
  engine = { pool: scanPool(tables, config().SCAN_WORKERS), base: { tables, engineVersion: version, rulesVersion }, rulesVersion };
  watchHealth('scan workers', async () => ({ state: 'healthy', detail: `${config().SCAN_WORKERS} threads, rules ${rulesVersion}` }));
  return engine;
}

const scans = new DoorScans(mostScans);

export const routes: readonly Route[] = [
  handle(scanModel, async ({ source, timeoutMs, wait }) => {
    const path = await confine(source.path);
    if (!(await stat(path).catch(() => null))) throw scanProblems.noSuchPath({ path });
    const { pool, base } = theEngine();
    const entry = scans.start((signal, onProgress) =>
      scanTree([path], { ...base, pool, maxTimeMs: timeoutMs, signal, onProgress, listPlain: true }),
    );
    if (!wait) return { id: entry.id };
    return { id: entry.id, result: await entry.finished };
  }),
  handle(scanStatus, ({ id }) => scans.status(id)),
  handle(cancelDoorScan, ({ id }) => ({ cancelled: scans.cancel(id) })),
  handle(doorRules, () => ({
    rulesVersion: theEngine().rulesVersion,
    rules: detectors.map(({ id, title, axis, severity, references, remedy }) => ({
      id,
      title,
      axis,
      severity,
      references: [...references],
      remedy,
    })),
  })),
  handle(inspectSource, async ({ path: asked, files }, { signal }) => {
    const path = await confine(asked);
    const { pool, base } = theEngine();
    const result = await scanTree([path], { ...base, pool, signal, listPlain: true, ...(files === undefined ? {} : { files }) });
    return { files: result.files.map(({ verdict: _verdict, counts: _counts, ...facts }) => facts), unread: result.unread };
  }),
];
