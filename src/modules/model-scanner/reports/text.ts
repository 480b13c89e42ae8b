/** The report for a terminal: worst first, every word of the attacker escaped. */
import { printWhere } from '../../../contract/print-where.ts';
import type { ScanResult } from '../contract.ts';
import { escapeText } from '../engine/quote.ts';

export type Paint = (text: string, style: 'critical' | 'high' | 'medium' | 'quiet' | 'good' | 'strong') => string;

const codes = { critical: '1;31', high: '31', medium: '33', quiet: '2', good: '32', strong: '1' } as const;

/** Colour codes for a terminal; plain text elsewhere. */
export function paintFor(colour: boolean): Paint {
  return colour ? (text, style) => `\u001b[${codes[style]}m${text}\u001b[0m` : (text) => text;
}

const mostShown = 200;

/**
 * @param folder put before the paths of the result, so that they can be opened from where the command ran.
 * @returns lines for a person, ending with a newline.
 */
export function textReport(result: ScanResult, paint: Paint, folder = ''): string {
  const { findings, unread, files } = result;
  const told = findings.filter(({ severity }) => severity !== 'informational');
  const lines = told.slice(0, mostShown).flatMap((finding) => findingLines(finding, paint, folder));
  if (told.length > mostShown) lines.push(`… and ${told.length - mostShown} more findings (use --json or --sarif for all of them)`, '');
  for (const { path, reason, detail } of unread.slice(0, mostShown))
    lines.push(`${paint('NOT READ', 'medium')}  ${escapeText(folder + path)}: ${escapeText(detail)} (${reason})`);
  if (unread.length > mostShown) lines.push(`… and ${unread.length - mostShown} more parts not read`);
  if (unread.length > 0) lines.push('');
  lines.push(...summary(result, files.length, paint));
  return `${lines.join('\n')}\n`;
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
