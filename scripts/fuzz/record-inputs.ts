/** Loaded before the scanner's tests: keeps every file they show to the scanner, to start the fuzzer from. */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { watchInputs } from '../../test/corpus/model-scanner/read-artefact.ts';
import { seedFolder } from './seed-folder.ts';

const largest = 64 * 1024;
const mostFiles = 20_000;
const known = new Set<string>();

mkdirSync(seedFolder, { recursive: true });
watchInputs((bytes, name) => {
  if (bytes.length === 0 || bytes.length > largest || known.size >= mostFiles) return;
  // Cut and changed copies of a file are many: one of each length is enough.
  const kind = `${name} ${bytes.length}`;
  if (known.has(kind)) return;
  known.add(kind);
  const safeName = encodeURIComponent(name).slice(-150);
  writeFileSync(join(seedFolder, `${createHash('sha256').update(bytes).digest('hex').slice(0, 16)} ${safeName}`), bytes);
});
