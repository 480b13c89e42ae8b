/** `ai-spm scan diff`: two results beside each other. */
import { readFileSync } from 'node:fs';
import { isProblem } from '../../contract/problem.ts';
import { escapeText } from './engine/quote.ts';
import { type Comparison, compareScans, type KnownFinding } from './reports/compare.ts';
import { exitCodeOf, exitCodes } from './reports/gate.ts';
import { readReport } from './reports/read-report.ts';
import { type Paint, paintFor } from './reports/text.ts';
import type { Voice } from './scans/scan-command.ts';
import type { DiffOptions } from './scans/scan-options.ts';

/** @returns the exit code. */
export function diffCommand([before, after]: readonly [string, string], { failOn, json = false }: DiffOptions, voice: Voice): number {
  try {
    const [earlier, later] = [before, after].map((path) => readReport(readFileSync(path, 'utf8'), escapeText(path)));
    if (!earlier || !later) return exitCodes.usage;
    const comparison = compareScans(earlier, later);
    const text = json ? `${JSON.stringify(comparison, null, 2)}\n` : diffText(comparison, paintFor(process.stdout.isTTY === true));
    voice.print(text);
    const worse = comparison.verdicts.filter((change) => change.after !== null);
    const files = worse.map(({ path, after: verdict }) => ({ path, verdict }));
    const code = exitCodeOf({ verdict: 'clean', findings: comparison.fresh, files, unread: [] }, failOn);
    return code === exitCodes.found ? exitCodes.found : exitCodes.clean;
  } catch (error) {
    if (!isProblem(error) && !(error instanceof Error && 'syscall' in error)) throw error;
    voice.complain(`ai-spm: ${escapeText(error.message)}\n`);
    return exitCodes.usage;
  }
}

function diffText({ fresh, unchanged, gone, verdicts, verdict, sameRules }: Comparison<KnownFinding>, paint: Paint): string {
  const lines = [
    ...fresh.map((finding) => `${paint('NEW ', 'high')}  ${findingLine(finding)}`),
    ...gone.map((finding) => `${paint('GONE', 'good')}  ${findingLine(finding)}`),
    ...verdicts.map(({ path, before, after }) => `${escapeText(path || '.')}: ${before ?? 'not there'} → ${after ?? 'not there'}`),
    ...(sameRules ? [] : ['The two results were made by different rules: a difference may be the scanner’s.']),
    `${fresh.length} new, ${gone.length} gone, ${unchanged.length} unchanged findings; verdict ${verdict.before ?? 'unknown'} → ${verdict.after ?? 'unknown'}`,
  ];
  return `${lines.join('\n')}\n`;
}

function findingLine({ severity, title, path, ruleId }: KnownFinding): string {
  return `${severity.padEnd(8)}  ${escapeText(title)}  ${escapeText(path || '.')}  (${escapeText(ruleId)})`;
}
