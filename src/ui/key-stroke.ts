/** Names of key strokes: `j`, `?`, `Shift+x`, `mod+k` (Command on a Mac, Control elsewhere), `Enter`. */

export type StrokeEvent = {
  readonly key: string;
  readonly shiftKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
};

/** Null for a bare modifier or an Alt combination, which belongs to the browser or the layout. */
export function strokeOf(event: StrokeEvent): string | null {
  if (event.altKey || ['Shift', 'Control', 'Meta', 'Alt', 'AltGraph', 'CapsLock', 'Dead'].includes(event.key)) return null;
  const isLetter = /^\p{L}$/u.test(event.key);
  const key = isLetter ? event.key.toLowerCase() : event.key;
  const modifier = event.ctrlKey || event.metaKey ? 'mod+' : '';
  const shifted = event.shiftKey && (isLetter || event.key.length > 1) ? 'Shift+' : '';
  return `${modifier}${shifted}${key}`;
}

export type SequenceAnswer = { readonly hit: string | null; readonly pending: string };
/** One more stroke on top of what was pending: a hit, the beginning of a longer sequence, or a fresh start. */
export function nextStroke(pending: string, stroke: string, known: readonly string[]): SequenceAnswer {
  const whole = pending === '' ? stroke : `${pending} ${stroke}`;
  if (known.includes(whole)) return { hit: whole, pending: '' };
  if (known.some((keys) => keys.startsWith(`${whole} `))) return { hit: null, pending: whole };
  return pending === '' ? { hit: null, pending: '' } : nextStroke('', stroke, known);
}
