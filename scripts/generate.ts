/** Writes the static registries and the generated documents. With `--check` nothing is written and a difference fails. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { listFiles, root } from './files.ts';
import { auditActions } from './generate/audit-actions.ts';
import { documents } from './generate/documents.ts';
import type { GeneratedFile, Generator } from './generate/generated.ts';
import { migrations } from './generate/migrations.ts';
import { pages } from './generate/pages.ts';
import { plugIns } from './generate/plug-ins.ts';
import { registry } from './generate/registry.ts';
import { scannerCatalog } from './generate/scanner-catalog.ts';

/** Documents come last: they import what the others write. */
const generators: readonly Generator[] = [plugIns, pages, registry, migrations, scannerCatalog, auditActions, documents];

type Mode = 'write' | 'check';
type Say = (line: string) => void;

/**
 * @param chosen all generators when left out.
 * @returns the complaints; none means that everything is up to date (or now is).
 */
export async function generate(
  base: string,
  mode: Mode,
  { chosen = generators, say = () => {} }: { chosen?: readonly Generator[]; say?: Say } = {},
): Promise<string[]> {
  const complaints: string[] = [];
  const known = new Set<string>();
  for (const { name, files } of chosen) {
    try {
      for (const file of await files(base)) {
        known.add(file.path);
        const change = settle(base, file, mode);
        if (change !== null && mode === 'check') complaints.push(`${file.path} is ${change}: run "npm run generate" and commit it.`);
        if (change !== null && mode === 'write') say(`wrote ${file.path}`);
      }
    } catch (error) {
      // One broken slice must not keep the other lists from being written.
      complaints.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  const leftOver = listFiles(base, ['src']).filter((path) => path.includes('.generated.') && !known.has(path));
  if (chosen === generators && complaints.length === 0) complaints.push(...leftOver.map((path) => `${path} is written by no generator.`));
  return complaints;
}

/** @returns what was wrong with the file on disk, null when nothing was. */
function settle(base: string, { path, text }: GeneratedFile, mode: Mode): 'missing' | 'out of date' | null {
  const present = readOrNull(join(base, path));
  if (present === text) return null;
  if (mode === 'write') {
    mkdirSync(dirname(join(base, path)), { recursive: true });
    writeFileSync(join(base, path), text);
  }
  return present === null ? 'missing' : 'out of date';
}

function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const mode = process.argv.includes('--check') ? 'check' : 'write';
  const complaints = await generate(root, mode, { say: (line) => process.stdout.write(`${line}\n`) });
  for (const complaint of complaints) process.stderr.write(`${complaint}\n`);
  process.exitCode = complaints.length === 0 ? 0 : 1;
}
