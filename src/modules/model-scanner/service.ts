/** The stateless door :8001 of the scanner: runs scans in worker threads, keeps their state for an hour, knows no database. */
import { readFileSync } from 'node:fs';
import { config } from '../../platform/config.ts';
import { watchHealth } from '../../platform/health.ts';
import { fileAnswer, handle, type Route } from '../../platform/http/handle.ts';
import { confine } from '../../platform/scan-roots.ts';
import { version } from '../../platform/version.ts';
import {
  cancelDoorScan,
  doorOpcodes,
  doorReport,
  doorRules,
  doorStores,
  inspectSource,
  type Profile,
  type ReportFormat,
  type ScanResult,
  scanModel,
  scanProblems,
  scanStatus,
  sourceLabel,
} from './contract.ts';
import { detectors } from './detectors.generated.ts';
import { type ScanPool, scanPool, scanTree, type TreeOptions } from './engine/scan-tree.ts';
import { disassemble } from './pickle/disassemble.ts';
import { type Bar, exitCodeOf, exitCodes } from './reports/gate.ts';
import { rulesVersion } from './rules-version.generated.ts';
import { reportMedia, reportText } from './scans/door-report.ts';
import { DoorScans } from './scans/door-scans.ts';
import { joinedTrust, readTrust } from './signatures/read-trust.ts';
import type { Trust } from './signatures/trust.ts';
import { listStoredModels } from './sources/list-stores.ts';
import { locateSource, scanLocated } from './sources/locate-source.ts';

/** Scans running or waiting in this process. */
const mostScans = 32;

let pool: ScanPool | undefined;

/** Worker threads, made at the first scan: a process that never scans pays nothing. */
function engine(): TreeOptions & { readonly pool: ScanPool } {
  if (pool === undefined) {
    pool = scanPool(undefined, config().SCAN_WORKERS);
    watchHealth('scan workers', async () => ({ state: 'healthy', detail: `${config().SCAN_WORKERS} threads, rules ${rulesVersion}` }));
  }
  return { pool, engineVersion: version, rulesVersion, listPlain: true, ...trusted() };
}

let known: { readonly of: string; readonly trust: Trust } | undefined;
/** Read once; a file that cannot be read refuses the scan rather than trusting less without a word. */
function trusted(): { trust?: Trust } {
  const { SCAN_TRUSTED_KEYS: files, SCAN_TRUSTED_SIGNERS: signers } = config();
  if (files.length === 0) return {};
  const of = [...files, ...signers].join('\n');
  if (known?.of !== of) {
    const trust = joinedTrust(files.map((file) => readTrust(readFileSync(file, 'utf8'), file, signers)));
    known = { of, trust };
  }
  return { trust: known.trust };
}

const scans = new DoorScans(mostScans);

const reaches = (result: ScanResult, bar: Bar): boolean => exitCodeOf(result, bar) === exitCodes.found;

type Named = { readonly root: string; readonly name: string; readonly profile: Profile };

function textOf(result: ScanResult, named: Named, format: ReportFormat): Promise<string> {
  return reportText({ judged: { result, suppressed: null, comparison: null }, ...named, advisoryBasis: null }, format);
}

async function reportsOf(
  result: ScanResult,
  named: Named,
  formats: readonly ReportFormat[],
): Promise<Partial<Record<ReportFormat, string>>> {
  const reports: Partial<Record<ReportFormat, string>> = {};
  for (const format of formats) reports[format] = await textOf(result, named, format);
  return reports;
}

export const routes: readonly Route[] = [
  handle(scanModel, async ({ source, workspace, profile, timeoutMs, failOn, formats = [], wait }) => {
    const located = await locateSource(source, workspace);
    const options = { ...engine(), profile, maxTimeMs: timeoutMs };
    const named = { root: located.root, name: sourceLabel(source), profile };
    const entry = scans.start({
      named,
      run: (signal, onProgress) => scanLocated(located, { ...options, signal, onProgress }),
      ...(failOn === undefined ? {} : { fails: (result: ScanResult) => reaches(result, failOn) }),
    });
    if (!wait) return { id: entry.id };
    const result = await entry.finished;
    return {
      id: entry.id,
      result,
      ...(failOn === undefined ? {} : { failed: reaches(result, failOn) }),
      ...(formats.length === 0 ? {} : { reports: await reportsOf(result, named, formats) }),
    };
  }),
  handle(scanStatus, ({ id }) => scans.entry(id).status),
  handle(doorReport, async ({ id, format }) => {
    const { status, named } = scans.entry(id);
    if (status.result === null) throw scanProblems.notFinished({ id });
    const { extension, mediaType } = reportMedia[format];
    return fileAnswer({ name: `scan-${id}.${extension}`, mediaType, body: oneText(await textOf(status.result, named, format)) });
  }),
  handle(cancelDoorScan, ({ id }) => ({ cancelled: scans.cancel(id) })),
  handle(doorRules, () => ({
    rulesVersion,
    rules: detectors.map(({ id, title, axis, severity, references, remedy }) => ({
      id,
      title,
      axis,
      severity,
      references: [...references],
      remedy,
    })),
  })),
  handle(doorStores, ({ kind }) => listStoredModels(kind, config().scanRoots)),
  handle(doorOpcodes, ({ start, base64, anchor }) => ({ opcodes: disassemble(Buffer.from(base64, 'base64'), start, anchor) })),
  handle(inspectSource, async ({ path: asked, files }, { signal }) => {
    const path = await confine(asked);
    const result = await scanTree([path], { ...engine(), signal, ...(files === undefined ? {} : { files }) });
    return { files: result.files.map(({ verdict: _verdict, counts: _counts, ...facts }) => facts), unread: result.unread };
  }),
];

async function* oneText(text: string): AsyncGenerator<string> {
  yield text;
}
