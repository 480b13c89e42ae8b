/** Small trees on disk for the tests of the scripts. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from './files.ts';

type Owner = { after(release: () => void): void };

/** Files below a fresh folder inside the repository, where packages resolve and no check looks; removed after the test. */
export function plantTree(t: Owner, files: Readonly<Record<string, string>>): string {
  mkdirSync(join(root, '.cache'), { recursive: true });
  const base = mkdtempSync(join(root, '.cache', 'tree-'));
  t.after(() => rmSync(base, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(base, path)), { recursive: true });
    writeFileSync(join(base, path), text);
  }
  return base;
}
