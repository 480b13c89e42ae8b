/** The reports a command was asked for. Each kind is loaded only when it is wanted. */
import { basename } from 'node:path';
import type { ScanResult } from '../contract.ts';
import type { ScanOptions } from '../scans/scan-options.ts';
import type { JudgedScan } from './gate.ts';

export type ReportOrder = {
  readonly judged: JudgedScan;
  /** Absolute path that the files of the result are relative to. */
  readonly root: string;
  /** As given on the command line. */
  readonly paths: readonly string[];
  readonly options: Pick<ScanOptions, 'json' | 'sarif' | 'cyclonedx' | 'cyclonedxVersion' | 'html' | 'profile'>;
  /** How old the vulnerability data is; null: packages were not compared with any. */
  readonly advisoryBasis: string | null;
};
export type ReportOutput = { print(text: string): void; write(file: string, text: string): void };

/** Writes files first, then prints at most one report: the first of those with "-", else JSON, else the report for people. */
export async function writeReports(order: ReportOrder, { print, write }: ReportOutput): Promise<void> {
  const { options } = order;
  const files: readonly [string | undefined, () => Promise<string>][] = [
    [options.sarif, () => sarif(order)],
    [options.cyclonedx, () => cyclonedx(order)],
    [options.html, () => html(order)],
  ];
  let printed: string | null = null;
  for (const [target, make] of files) {
    if (target === undefined) continue;
    const text = await make();
    if (target !== '-') write(target, text);
    else printed ??= text;
  }
  print(printed ?? (options.json ? await json(order) : await people(order)));
}

async function sarif({ judged, root }: ReportOrder): Promise<string> {
  const { sarifReport } = await import('./sarif.ts');
  const { result, suppressed, comparison } = judged;
  return pretty(sarifReport({ root, ...result, held: suppressed?.held ?? [], comparison }));
}

async function cyclonedx({ judged, root, options }: ReportOrder): Promise<string> {
  const [{ bomOfScan }, { cyclonedxReport }] = await Promise.all([import('./bom-of-scan.ts'), import('./cyclonedx.ts')]);
  const held = new Set(judged.suppressed?.held.map(({ finding }) => finding) ?? []);
  return pretty(cyclonedxReport(bomOfScan({ result: judged.result, name: basename(root), held }), options.cyclonedxVersion));
}

async function html(order: ReportOrder): Promise<string> {
  const { htmlReport } = await import('./html.ts');
  return htmlReport({ judged: order.judged, name: nameOf(order), profile: order.options.profile, advisoryBasis: order.advisoryBasis });
}

async function json({ judged }: ReportOrder): Promise<string> {
  const { jsonReport } = await import('./json.ts');
  return pretty(jsonReport(judged));
}

async function people({ judged, paths, advisoryBasis }: ReportOrder): Promise<string> {
  const { paintFor, textReport } = await import('./text.ts');
  return textReport(judged, {
    paint: paintFor(process.stdout.isTTY === true),
    folder: folderOf(judged.result, paths),
    itself: paths[0] ?? '',
    advisoryBasis,
  });
}

/** One folder: the result's paths are relative to it. A file itself, or several paths: they are whole already. */
function folderOf({ files, unread }: ScanResult, paths: readonly string[]): string {
  const [only = ''] = paths;
  const isFolder = paths.length === 1 && files.every(({ path }) => path !== '') && unread.every(({ path }) => path !== '');
  return isFolder && only !== '.' ? `${only.replace(/\/+$/, '')}/` : '';
}

function nameOf({ paths, root }: ReportOrder): string {
  return paths.length === 1 ? basename(root) : paths.join(', ');
}

function pretty(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
