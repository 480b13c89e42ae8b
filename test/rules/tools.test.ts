/** The borrowed tools are switched on: each is shown what it must refuse, with the configuration of the house. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { root } from '../../scripts/files.ts';
import { plantTree } from '../../scripts/test-tree.ts';

function run(base: string, tool: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'node_modules', tool), ...args], {
    cwd: base,
    encoding: 'utf8',
  });
  return { status, output: `${stdout}${stderr}` };
}

const own = (path: string): string => readFileSync(join(root, path), 'utf8');

/** Each file what its rule must refuse, or leave in peace: one run of the tool for all, judged by what it says of each. */
const promises: Readonly<Record<string, string>> = {
  'no-floating-promises': 'async function save(): Promise<void> {}\nexport function run() {\n  save();\n}\n',
  'no-misused-promises': 'async function good(): Promise<boolean> {\n  return true;\n}\nexport const run = () => (good() ? 1 : 2);\n',
  'await-thenable': 'export async function run() {\n  await 1;\n}\n',
};
const peaceful =
  "import test from 'node:test';\nasync function save(): Promise<void> {}\ntest('saves', async () => {\n  await save();\n});\n";

test('promises that nobody waits for, that are taken for values, and values that are waited for are refused; tests of node:test are left in peace', (t) => {
  const broken = Object.entries(promises).map(([rule, text]) => [`src/${rule}.ts`, text]);
  // A git folder of its own: else the ignore file of the house hides the tree from the tool.
  const base = plantTree(t, {
    '.git/HEAD': 'ref: refs/heads/main\n',
    '.oxlintrc.json': own('.oxlintrc.json'),
    'tsconfig.json': own('tsconfig.json'),
    'src/peaceful.ts': peaceful,
    ...Object.fromEntries(broken),
  });
  const { status, output } = run(base, 'oxlint/bin/oxlint', '--type-aware', '--deny-warnings', '--no-ignore', '--format', 'json', 'src');
  assert.equal(status, 1, output);
  const { diagnostics }: { diagnostics: { code: string; filename: string }[] } = JSON.parse(output);
  assert.deepEqual(
    diagnostics.map(({ code, filename }) => `${filename} ${/\(([^)]*)\)/.exec(code)?.[1]}`).toSorted(),
    Object.keys(promises)
      .map((rule) => `src/${rule}.ts ${rule}`)
      .toSorted(),
  );
});

const refused: Readonly<Record<string, string>> = {
  noExplicitAny: 'export const a: any = 1;\n',
  noNonNullAssertion: 'export const first = (list: number[]) => list[0]!;\n',
  noEnum: 'export enum Colour {\n  red = 1,\n}\n',
  noParameterProperties: 'export class A {\n  constructor(readonly b: number) {}\n}\n',
  useImportType: "import { A } from './a.ts';\nexport type B = A;\n",
  noConsole: "console.log('a');\n",
  useNodejsImportProtocol: "export { join } from 'path';\n",
  format: 'export const a = "double";\n',
};

test(`each of these is refused where it stands: ${Object.keys(refused).join(', ')}`, (t) => {
  // The house's own settings; only the ignore file of git does not apply, because the planted tree is ignored by it.
  const settings = { ...JSON.parse(own('biome.json')), vcs: { enabled: false }, root: true };
  const files = Object.fromEntries(Object.entries(refused).map(([rule, text]) => [`src/${rule}.ts`, text]));
  const base = plantTree(t, { 'biome.json': JSON.stringify(settings), ...files });
  const { status, output } = run(base, '@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '--reporter=json', 'src');
  assert.equal(status, 1, output);
  // Behind the line of JSON the tool says that its form may change.
  const { diagnostics }: { diagnostics: { category: string; location: { path: string } }[] } = JSON.parse(output.split('\n')[0] ?? '');
  assert.deepEqual(
    diagnostics.map(({ category, location }) => `${location.path} ${category.split('/').at(-1)}`).toSorted(),
    Object.keys(refused)
      .map((rule) => `src/${rule}.ts ${rule}`)
      .toSorted(),
  );
});

test('unused files, exports and packages are found; what a process starts with, tests and pages are used', (t) => {
  const manifest = { name: 'planted', type: 'module', dependencies: { zod: '1.0.0', unusedpackage: '1.0.0' } };
  const base = plantTree(t, {
    'package.json': JSON.stringify(manifest),
    'knip.json': own('knip.json'),
    'src/apps/main.ts': "import { used } from '../platform/log.ts';\nimport { z } from 'zod';\nused(z);\n",
    'src/platform/log.ts': 'export function used(a: unknown): unknown { return a; }\nexport function forgotten(): void {}\n',
    'src/platform/lost.ts': 'export const lost = 1;\n',
    'src/platform/proved.ts': 'export const proved = 1;\n',
    'src/platform/proved.test.ts': "import { proved } from './proved.ts';\nproved;\n",
    'src/apps/web/main.tsx': "import { pages } from './pages.generated.ts';\npages;\n",
    'src/apps/web/pages.generated.ts': "export const pages = [() => import('../../modules/risk/page.tsx')];\n",
    'src/modules/risk/page.tsx': 'export default 1;\n',
  });
  const { status, output } = run(base, 'knip/bin/knip.js', '--no-progress', '--no-gitignore', '--reporter', 'json');
  assert.equal(status, 1, output);
  const { issues }: { issues: { file: string; files?: unknown[]; exports?: { name: string }[]; dependencies?: { name: string }[] }[] } =
    JSON.parse(output);
  const named = (kind: 'exports' | 'dependencies') => issues.flatMap((issue) => (issue[kind] ?? []).map(({ name }) => name));
  assert.deepEqual(named('exports'), ['forgotten']);
  assert.deepEqual(named('dependencies'), ['unusedpackage']);
  assert.deepEqual(
    issues.filter(({ files }) => (files ?? []).length > 0).map(({ file }) => file),
    ['src/platform/lost.ts'],
  );
});
