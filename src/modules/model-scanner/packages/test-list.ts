/** For tests: a text of a name through the whole engine, as a scan reads it. */

import type { Artefact } from '../engine/artefact.ts';
import { Budget, defaultLimits } from '../engine/budget.ts';
import { loadScanTables } from '../engine/load-tables.ts';
import { openArtefact } from '../engine/open-artefact.ts';
import { scanSource } from '../engine/scan.ts';
import { bytesSource } from '../engine/source.ts';

const { tables } = loadScanTables();

export function readText(name: string, text: string): Artefact {
  const bytes = Buffer.from(text);
  return openArtefact(bytesSource(bytes), name, new Budget(defaultLimits, bytes.length), tables);
}

export function scanText(name: string, text: string) {
  return scanSource(bytesSource(Buffer.from(text)), name, { tables });
}

/** `name@version` or `name requirement`, in the order of the file. */
export function shown({ packages }: Artefact): string[] {
  return packages.map(({ name, version, requirement }) =>
    version === null ? `${name} ${requirement ?? ''}`.trim() : `${name}@${version}`,
  );
}

export function codes({ practices }: Artefact): string[] {
  return practices.map(({ code }) => code).sort();
}
