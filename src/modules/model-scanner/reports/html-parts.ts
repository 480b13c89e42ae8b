/** Pieces of the HTML report. Text of the attacker becomes inert here and nowhere else. */
import type { Severity, Verdict } from '../../../contract/severity.ts';
import { escapeText } from '../engine/quote.ts';

/** Markup that is ready; everything else goes through `text`. */
export type Markup = { readonly markup: string };

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Control, bidirectional and invisible characters become codes; markup becomes text. Safe in elements and quoted attributes. */
export function text(value: string | number): string {
  return escapeText(String(value)).replace(/[&<>"']/g, (character) => entities[character] ?? '');
}

/** Markup with values put in: strings and numbers as text, markup as it is, lists one after another, null as nothing. */
export function html(parts: TemplateStringsArray, ...values: readonly (string | number | Markup | readonly Markup[] | null)[]): Markup {
  const filled = parts.map((part, at) => part + shown(values[at] ?? null));
  return { markup: filled.join('') };
}

function shown(value: string | number | Markup | readonly Markup[] | null): string {
  if (value === null) return '';
  if (typeof value === 'string' || typeof value === 'number') return text(value);
  return 'markup' in value ? value.markup : value.map(({ markup }) => markup).join('');
}

export type Shape = 'critical' | 'high' | 'medium' | 'low' | 'informational' | 'ok' | 'unknown';

const shapes: Readonly<Record<Shape, string>> = {
  critical:
    '<path d="M5 1h6l4 4v6l-4 4H5l-4-4V5z" fill="currentColor"/><path d="M8 4.4v4.4" stroke="var(--cut)" stroke-width="2" stroke-linecap="round"/><circle cx="8" cy="11.6" r="1.15" fill="var(--cut)"/>',
  high: '<path d="M8 1.6 15.2 14H.8z" fill="currentColor" stroke="currentColor" stroke-width="1" stroke-linejoin="round"/>',
  medium: '<rect x="3" y="3" width="10" height="10" rx="1" fill="currentColor" transform="rotate(45 8 8)"/>',
  low: '<circle cx="8" cy="8" r="5.2" fill="none" stroke="currentColor" stroke-width="2.2"/>',
  informational: '<rect x="2.5" y="6.7" width="11" height="2.6" rx="1.3" fill="currentColor"/>',
  ok: '<circle cx="8" cy="8" r="7" fill="currentColor"/><path d="m4.8 8.2 2.2 2.3 4.2-4.8" fill="none" stroke="var(--cut)" stroke-width="1.9" stroke-linecap="round" stroke-linejoin="round"/>',
  unknown:
    '<circle cx="8" cy="8" r="6.2" fill="none" stroke="currentColor" stroke-width="1.7" stroke-dasharray="2.6 2.3"/><path d="M6.2 6.4c0-2.3 3.6-2.3 3.6 0 0 1.4-1.8 1.5-1.8 2.8" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round"/><circle cx="8" cy="11.4" r=".95" fill="currentColor"/>',
};

/** Drawn once; every place refers to it. */
export const shapeLibrary: Markup = {
  markup: `<svg width="0" height="0" style="position:absolute" aria-hidden="true">${Object.entries(shapes)
    .map(([name, drawing]) => `<symbol id="s-${name}" viewBox="0 0 16 16">${drawing}</symbol>`)
    .join('')}</svg>`,
};

export const verdictShapes: Readonly<Record<Verdict, Shape>> = {
  malicious: 'critical',
  suspicious: 'high',
  incomplete: 'unknown',
  risky: 'medium',
  clean: 'ok',
  unsupported: 'unknown',
};

export function severityShape(severity: Severity): Shape {
  return severity;
}

const drawn = (name: Shape): Markup => ({ markup: `<svg aria-hidden="true"><use href="#s-${name}"/></svg>` });

/** A shape with a name for those who do not see it. */
export function shape(name: Shape, label: string): Markup {
  return html`<span class="shape ${name}" role="img" aria-label="${label}" title="${label}">${drawn(name)}</span>`;
}

/** Shape, word and tint together. */
export function chip(name: Shape, word: string): Markup {
  return html`<span class="chip ${name}">${drawn(name)}${word}</span>`;
}

export function sentenceCase(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}

/** `1 file`, `12 files`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`;
}

/** `412 bytes`, `1.8 GB`: powers of ten, as disks count. */
export function sizeWords(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  const step = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** step;
  return `${step === 0 ? value : value.toPrecision(3)} ${bytes === 1 ? 'byte' : units[step]}`;
}
