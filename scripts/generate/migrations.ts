/** The ordered list of migrations: the platform's own first, then the slices alphabetically, each by number. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { bytewise, listFiles } from '../files.ts';
import { fileText, type GeneratedFile, type Generator, notice, quote } from './generated.ts';

export type MigrationFile = { readonly slice: string; readonly name: string; readonly path: string };

const platformFolder = 'src/platform/database/migrations/';
const sliceFile = /^src\/modules\/([^/]+)\/migrations\/[^/]+$/;
const fileName = /^(\d{4})_[a-z0-9_]+\.sql$/;

export const migrations: Generator = {
  name: 'migrations',
  files: (base) => [listOfMigrations(base)],
};

function listOfMigrations(base: string): GeneratedFile {
  const found = findMigrations(listFiles(base, ['src/platform/database/migrations', 'src/modules']));
  const rows = found.map(({ slice, name, path }) => {
    // Git may check text out with CRLF on Windows: .gitattributes keeps *.sql at LF, so the bytes are the same everywhere.
    const sha256 = createHash('sha256')
      .update(readFileSync(join(base, path)))
      .digest('hex');
    return `  { slice: ${quote(slice)}, name: ${quote(name)}, sha256: ${quote(sha256)}, path: ${quote(path)} },`;
  });
  return {
    path: 'src/platform/database/migrations.generated.ts',
    text: fileText([notice, 'export const migrations = [', ...rows, '] as const;']),
  };
}

/** @throws when a file does not follow NNNN_name.sql or a slice's numbers do not run 1, 2, 3, … */
export function findMigrations(paths: readonly string[]): MigrationFile[] {
  const found = paths
    .flatMap((path) => {
      const slice = path.startsWith(platformFolder) ? 'platform' : sliceFile.exec(path)?.[1];
      return slice === undefined ? [] : [{ slice, name: basename(path, '.sql'), path }];
    })
    .sort((left, right) => bytewise(sortKey(left), sortKey(right)));
  for (const { path } of found) {
    if (!fileName.test(basename(path))) throw new Error(`${path}: a migration is called NNNN_name.sql, in small letters.`);
  }
  for (const slice of new Set(found.map((file) => file.slice))) requireCounting(found.filter((file) => file.slice === slice));
  return found;
}

const sortKey = ({ slice, name }: MigrationFile): string => `${slice === 'platform' ? '' : slice}/${name}`;

function requireCounting(files: readonly MigrationFile[]): void {
  for (const [i, { path }] of files.entries()) {
    const number = Number(fileName.exec(basename(path))?.[1]);
    if (number !== i + 1)
      throw new Error(`${path}: expected number ${String(i + 1).padStart(4, '0')}; a slice's migrations count without gaps or twins.`);
  }
}
