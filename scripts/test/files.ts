/** Finds the test files and puts them into groups: each group is one process, so a group's files share a database or a browser. */
import { existsSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { listFiles } from '../files.ts';

export type GroupName = 'unit' | 'database' | 'journey' | 'browser';
export type Group = { readonly name: GroupName; readonly files: readonly string[] };

const testFile = /\.test\.ts$/;
/** An import or export statement at the start of a line (also the last line of a long one), or a lazy import. */
const specifier = /^(?:import\b|export\b|\})[^'"\n]*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/gm;

export function findTests(base: string): string[] {
  return listFiles(base, ['src', 'test', 'scripts']).filter((path) => testFile.test(path));
}

/**
 * Sorts test files by the heaviest thing they can reach through imports: a browser, else the whole platform, else
 * PostgreSQL, else nothing.
 * A text scan is enough here: a wrong guess only moves a file into another process.
 */
export function groupTests(base: string, files: readonly string[]): Group[] {
  const reach = new Map<string, readonly string[]>();
  const weights = files.map((path) => ({ path, name: weigh(path, reachable(base, path, reach)) }));
  const names: GroupName[] = ['unit', 'database', 'journey', 'browser'];
  return names
    .map((name) => ({ name, files: weights.filter((entry) => entry.name === name).map(({ path }) => path) }))
    .filter((group) => group.files.length > 0);
}

function weigh(path: string, seen: ReadonlySet<string>): GroupName {
  if (seen.has('playwright-core')) return 'browser';
  // Journeys start the platform as its own processes, which no import shows.
  if (path.startsWith('test/journey/')) return 'journey';
  return seen.has('pg') ? 'database' : 'unit';
}

function reachable(base: string, start: string, cache: Map<string, readonly string[]>): ReadonlySet<string> {
  const seen = new Set<string>([start]);
  // A Set grows while it is iterated: this is the whole breadth-first search.
  for (const path of seen) {
    const direct = cache.get(path) ?? readSpecifiers(base, path);
    cache.set(path, direct);
    for (const next of direct) seen.add(next);
  }
  return seen;
}

function readSpecifiers(base: string, path: string): string[] {
  if (!/\.(ts|tsx|mjs)$/.test(path) || !existsSync(join(base, path))) return [];
  const text = readFileSync(join(base, path), 'utf8');
  const names = [...text.matchAll(specifier)].map(([, statement, lazy]) => statement ?? lazy ?? '');
  return names.map((name) => (name.startsWith('.') ? posix.join(posix.dirname(path), name) : name));
}

/** What one process runs: a group, or a share of one. */
export type Part = { readonly title: string; readonly files: readonly string[] };

/**
 * In how many parts a group runs at most, and from how many files on a part is worth a process of its own. What takes longest begins
 * first: journeys are halved, because a half starts a platform of its own; browser files of one folder share a browser and a platform.
 * Small parts at the end fill the lanes evenly.
 */
const shares: readonly (readonly [name: GroupName, most: number, fewestFiles: number])[] = [
  ['journey', 2, 8],
  ['browser', 2, 1],
  ['database', 2, 8],
  ['unit', 3, 8],
];

/** Every file in exactly one part, in the order in which the parts should begin. Neighbours go to different parts: slices differ in weight. */
export function splitGroups(groups: readonly Group[]): Part[] {
  return shares.flatMap(([name, most, fewestFiles]) => {
    const files = groups.find((group) => group.name === name)?.files ?? [];
    const folders = [...new Set(files.map((file) => posix.dirname(file)))];
    const count = Math.min(most, name === 'browser' ? folders.length : Math.ceil(files.length / fewestFiles));
    const place = (file: string, index: number): number => (name === 'browser' ? folders.indexOf(posix.dirname(file)) : index);
    return Array.from({ length: count }, (_, share) => ({
      title: count === 1 ? name : `${name} ${share + 1}`,
      files: files.filter((file, index) => place(file, index) % count === share),
    }));
  });
}

export type Selection = { readonly files: readonly string[]; readonly namePatterns: readonly string[] };

/** Words that occur in a path choose files; words that occur in none choose tests by name. Words with a dash in front go to node. */
export function select(files: readonly string[], words: readonly string[]): Selection {
  const paths = words.filter((word) => files.some((file) => file.includes(normalise(word))));
  const namePatterns = words.filter((word) => !paths.includes(word));
  if (paths.length === 0) return { files, namePatterns };
  return { files: files.filter((file) => paths.some((word) => file.includes(normalise(word)))), namePatterns };
}

const normalise = (word: string): string => word.replaceAll('\\', '/').replace(/^\.\//, '');
