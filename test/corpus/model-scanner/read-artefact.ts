/** What the scanner reads out of bytes, for tests: facts, or the whole report. */
import type { Artefact } from '../../../src/modules/model-scanner/engine/artefact.ts';
import { Budget, defaultLimits, type Limits } from '../../../src/modules/model-scanner/engine/budget.ts';
import type { FileReport } from '../../../src/modules/model-scanner/engine/file-report.ts';
import { loadScanTables } from '../../../src/modules/model-scanner/engine/load-tables.ts';
import { openArtefact } from '../../../src/modules/model-scanner/engine/open-artefact.ts';
import { scanSource } from '../../../src/modules/model-scanner/engine/scan.ts';
import { bytesSource } from '../../../src/modules/model-scanner/engine/source.ts';
import type { ScanTables } from '../../../src/modules/model-scanner/engine/tables.ts';

/** Parsed once for each test process. */
let loaded: ScanTables | undefined;

export function scanTables(): ScanTables {
  loaded ??= loadScanTables().tables;
  return loaded;
}

type Watcher = (bytes: Uint8Array, name: string) => void;
let watcher: Watcher | undefined;

/** Tells every file that tests show to the scanner from now on: the fuzzer starts from them. */
export function watchInputs(tell: Watcher): void {
  watcher = tell;
}

export function artefactOf(bytes: Uint8Array, name = 'file.bin', limits: Partial<Limits> = {}): Artefact {
  watcher?.(bytes, name);
  const budget = new Budget({ ...defaultLimits, ...limits }, bytes.length);
  return openArtefact(bytesSource(bytes), name, budget, scanTables());
}

export function reportOf(bytes: Uint8Array, name = 'file.bin', limits: Partial<Limits> = {}): FileReport {
  watcher?.(bytes, name);
  return scanSource(bytesSource(bytes), name, { tables: scanTables(), limits: { ...defaultLimits, ...limits } });
}

/** Codes of every anomaly in the artefact and inside it. */
export function codesOf(artefact: Artefact): string[] {
  return [...artefact.anomalies.map(({ code }) => code), ...artefact.members.flatMap(codesOf)];
}

/** Every artefact inside, itself first. */
export function allOf(artefact: Artefact): Artefact[] {
  return [artefact, ...artefact.members.flatMap(allOf)];
}
