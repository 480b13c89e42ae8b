/** One finding in the HTML report: what happens, why, the evidence, its bytes, and the way out. */
import { printWhere } from '../../../contract/print-where.ts';
import type { ScanFinding } from '../contract.ts';
import { chip, html, type Markup, sentenceCase, severityShape } from './html-parts.ts';
import type { Suppression } from './suppress.ts';

export type FindingMarks = { readonly suppression: Suppression | null /** null: there was no baseline. */; readonly isNew: boolean | null };

export function findingArticle(finding: ScanFinding, { suppression, isNew }: FindingMarks): Markup {
  const { severity, title, why, evidence, remedy, references, ruleId, certainty, effect, where } = finding;
  const name = severityShape(severity);
  return html`<article class="${name}">
<div class="line">${chip(name, sentenceCase(severity))}<span class="mono">${ruleId}</span><span>${certainty}${effect === undefined ? null : html`, ${effect}`}</span>${isNew === true ? html`<b>new</b>` : null}</div>
<h3>${title}</h3>
<p class="why">${why}</p>
<div class="evidence mono">${evidence}</div>
${byteFigure(finding)}
<p class="fix"><b>What to do:</b> ${remedy}</p>
${suppression ? heldNote(suppression) : null}
<ul class="ids"><li>${printWhere(where)}</li>${references.map((id) => html`<li>${id}</li>`)}</ul>
</article>
`;
}

function heldNote({ reason, owner, expires }: Suppression): Markup {
  return html`<p class="held"><b>Suppressed</b> by ${owner}${expires === null ? ', without end' : ` until ${expires}`}: ${reason}</p>`;
}

const rowBytes = 16;
const mostRows = 16;

/** The bytes around the place, the ones it is about marked. */
function byteFigure({ excerpt, where }: ScanFinding): Markup | null {
  if (!excerpt || where.offset === null) return null;
  const bytes = Buffer.from(excerpt.base64, 'base64');
  const marked = { from: where.offset, to: where.offset + Math.max(1, where.length ?? 1) };
  const rows: Markup[] = [];
  for (let at = 0; at < bytes.length && rows.length < mostRows; at += rowBytes)
    rows.push(byteRow(bytes.subarray(at, at + rowBytes), excerpt.start + at, marked));
  const until = Math.min(excerpt.start + bytes.length, excerpt.start + mostRows * rowBytes);
  const innermost = where.containerPath.at(-1) ?? '';
  return html`<figure><div class="bytes" tabindex="0" role="group" aria-label="Bytes"><pre>${rows}</pre></div><figcaption>Bytes ${hex(excerpt.start)} to ${hex(until)} of ${innermost}; marked from ${hex(where.offset)}.</figcaption></figure>`;
}

type Range = { readonly from: number; readonly to: number };

function byteRow(bytes: Uint8Array, start: number, marked: Range): Markup {
  const cells = [...bytes].map((byte, i) => ({
    hex: byte.toString(16).padStart(2, '0'),
    letter: letterOf(byte),
    on: isMarked(start + i, marked),
  }));
  const pad = ' '.repeat((rowBytes - cells.length) * 3 + (cells.length <= rowBytes / 2 ? 1 : 0));
  const digits = cells.map(
    (cell, i) => html`${i === 0 ? '' : i === rowBytes / 2 ? '  ' : ' '}${cell.on ? html`<mark>${cell.hex}</mark>` : cell.hex}`,
  );
  const letters = cells.map((cell) => (cell.on ? html`<mark>${cell.letter}</mark>` : html`${cell.letter}`));
  return html`<span class="at">${start.toString(16).padStart(6, '0')}</span>  ${digits}${pad}  ${letters}
`;
}

function isMarked(offset: number, { from, to }: Range): boolean {
  return offset >= from && offset < to;
}

/** Printable ASCII as itself, everything else as a dot. */
function letterOf(byte: number): string {
  return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '·';
}

function hex(offset: number): string {
  return `0x${offset.toString(16)}`;
}
