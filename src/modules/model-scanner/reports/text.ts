/** The report for a terminal: worst first, every word of the attacker escaped. */
import { printWhere } from '../../../contract/print-where.ts';
import type { ScanResult } from '../contract.ts';
import { escapeText } from '../engine/quote.ts';
import type { JudgedScan } from './gate.ts';

export type Paint = (text: string, style: 'critical' | 'high' | 'medium' | 'quiet' | 'good' | 'strong') => string;

const codes = { critical: '1;31', high: '31', medium: '33', quiet: '2', good: '32', strong: '1' } as const;

/** Colour codes for a terminal; plain text elsewhere. */
export function paintFor(colour: boolean): Paint {
  return colour ? (text, style) => `\u001b[${codes[style]}m${text}\u001b[0m` : (text) => text;
}

const mostShown = 200;

export type TextSettings = {
  readonly paint: Paint;
  /** Put before the paths of the result, so that they can be opened from where the command ran. */
  readonly folder: string;
  /** Name of a file that was scanned itself: its path in the result is empty. */
  readonly itself: string;
  /** How old the vulnerability data is; null: packages were not compared with any. */
  readonly advisoryBasis: string | null;
};

/** @returns lines for a person, ending with a newline. Suppressed findings are counted, and with a baseline only new ones are told in full. */
export function textReport(judged: JudgedScan, settings: TextSettings): string {
  const { paint, folder } = settings;
  const { result, suppressed, comparison } = judged;
  const fresh = comparison ? new Set(comparison.fresh) : null;
  const told = (suppressed?.standing ?? result.findings).filter(
    (finding) => finding.severity !== 'informational' && (!fresh || fresh.has(finding)),
  );
  const lines = told.slice(0, mostShown).flatMap((finding) => findingLines(finding, paint, folder));
  if (told.length > mostShown) lines.push(`… and ${told.length - mostShown} more findings (use --json or --sarif for all of them)`, '');
  for (const { path, reason, detail } of result.unread.slice(0, mostShown))
    lines.push(
      `${paint('NOT READ', 'medium')}  ${escapeText(path === '' ? settings.itself : folder + path)}: ${escapeText(detail)} (${reason})`,
    );
  if (result.unread.length > mostShown) lines.push(`… and ${result.unread.length - mostShown} more parts not read`);
  if (result.unread.length > 0) lines.push('');
  lines.push(...decisionLines(judged, settings), ...summary(result, result.files.length, paint));
  return `${lines.join('\n')}\n`;
}

function decisionLines({ result, suppressed, comparison }: JudgedScan, { paint, advisoryBasis }: TextSettings): string[] {
  const lines: string[] = [];
  if (comparison) {
    const rules = comparison.sameRules ? '' : ' The baseline was made by other rules.';
    lines.push(
      `Baseline: ${comparison.fresh.length} new, ${comparison.unchanged.length} unchanged, ${comparison.gone.length} gone.${paint(rules, 'quiet')}`,
    );
  }
  if (suppressed && suppressed.held.length > 0) lines.push(`Suppressed: ${suppressed.held.length} findings, not told above.`);
  for (const { rule, path, fingerprint, owner, expires } of suppressed?.expired ?? [])
    lines.push(
      `${paint('EXPIRED', 'medium')}   suppression of ${escapeText(fingerprint?.slice(0, 12) ?? `${rule} at ${path}`)} ended on ${escapeText(expires ?? '')} (${escapeText(owner)})`,
    );
  const packages = new Set(result.files.flatMap((file) => file.packages.map(({ purl }) => purl))).size;
  if (packages > 0)
    lines.push(paint(`${packages} packages: ${advisoryBasis ?? 'not checked for known vulnerabilities (--advisories)'}`, 'quiet'));
  return lines;
}

function findingLines({ severity, title, where, why, remedy }: ScanResult['findings'][number], paint: Paint, folder: string): string[] {
  const style = severity === 'critical' || severity === 'high' || severity === 'medium' ? severity : 'quiet';
  return [
    `${paint(severity.toUpperCase().padEnd(8), style)}  ${paint(title, 'strong')}`,
    `          ${escapeText(folder + printWhere(where))}`,
    `          ${escapeText(why)}`,
    `          ${paint(remedy, 'quiet')}`,
    '',
  ];
}

function summary(result: ScanResult, artefacts: number, paint: Paint): string[] {
  const { counts, verdict, filesTotal, filesRead, durationMs, unread } = result;
  const good = verdict === 'clean';
  const bad = verdict === 'malicious' || verdict === 'suspicious';
  const parts = Object.entries(counts).flatMap(([severity, count]) => (count > 0 ? [`${count} ${severity}`] : []));
  const perFile = new Map<string, number>();
  for (const { verdict: word } of result.files) if (word !== null) perFile.set(word, (perFile.get(word) ?? 0) + 1);
  const words = [...perFile].map(([word, count]) => `${count} ${word}`).join(', ');
  return [
    `${paint(verdict.toUpperCase(), good ? 'good' : bad ? 'critical' : 'medium')}  ${artefacts} AI artefacts in ${filesTotal} files${words === '' ? '' : `: ${words}`}`,
    paint(
      `${parts.length === 0 ? 'No findings' : `Findings: ${parts.join(', ')}`}; ${filesRead} files read to the end, ${unread.length} parts not read; ${Math.round(durationMs)} ms`,
      'quiet',
    ),
  ];
}
