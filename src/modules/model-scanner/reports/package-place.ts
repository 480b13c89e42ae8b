/** Printed places read back: `requirements.txt:4`, `m.zip!a.lock@0x1f`. */

import { escapeText } from '../engine/quote.ts';
import type { BomOccurrence } from './bom.ts';

export function parsePackagePlace(text: string): BomOccurrence {
  const line = /^(.*):(\d{1,9})$/su.exec(text);
  if (line) return { location: escapeText(line[1] ?? ''), line: Number(line[2]), offset: null };
  const offset = /^(.*)@0x([0-9a-f]{1,12})$/su.exec(text);
  if (offset) return { location: escapeText(offset[1] ?? ''), line: null, offset: Number.parseInt(offset[2] ?? '0', 16) };
  return { location: escapeText(text), line: null, offset: null };
}
