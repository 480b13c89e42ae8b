/** The borrowed tools are switched on: each is shown what it must refuse, with the configuration of the house. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
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

function plantForPromises(t: TestContext, text: string): string {
  // A git folder of its own: else the ignore file of the house hides the tree from the tool.
  return plantTree(t, {
    '.git/HEAD': 'ref: refs/heads/main\n',
    '.oxlintrc.json': own('.oxlintrc.json'),
    'tsconfig.json': own('tsconfig.json'),
    'src/a.ts': text,
  });
}

for (const [rule, text] of [
  ['no-floating-promises', 'async function save(): Promise<void> {}\nexport function run() {\n  save();\n}\n'],
  ['no-misused-promises', 'async function good(): Promise<boolean> {\n  return true;\n}\nexport const run = () => (good() ? 1 : 2);\n'],
  ['await-thenable', 'export async function run() {\n  await 1;\n}\n'],
] as const) {
  test(`${rule} is refused`, (t) => {
    const { status, output } = run(plantForPromises(t, text), 'oxlint/bin/oxlint', '--type-aware', '--deny-warnings', '--no-ignore', 'src');
    assert.equal(status, 1, output);
    assert.match(output, new RegExp(`${rule}\\)`));
  });
}

test('awaited promises and tests of node:test are left in peace', (t) => {
  const text =
    "import test from 'node:test';\nasync function save(): Promise<void> {}\ntest('saves', async () => {\n  await save();\n});\n";
  const { status, output } = run(plantForPromises(t, text), 'oxlint/bin/oxlint', '--type-aware', '--deny-warnings', '--no-ignore', 'src');
  assert.equal(status, 0, output);
});

for (const [rule, text] of [
  ['noExplicitAny', 'export const a: any = 1;\n'],
  ['noNonNullAssertion', 'export const first = (list: number[]) => list[0]!;\n'],
  ['noEnum', 'export enum Colour {\n  red = 1,\n}\n'],
  ['noParameterProperties', 'export class A {\n  constructor(readonly b: number) {}\n}\n'],
  ['useImportType', "import { A } from './a.ts';\nexport type B = A;\n"],
  ['noConsole', "console.log('a');\n"],
  ['useNodejsImportProtocol', "export { join } from 'path';\n"],
  ['format', 'export const a = "double";\n'],
] as const) {
  test(`${rule} is refused`, (t) => {
    // The house's own settings; only the ignore file of git does not apply, because the planted tree is ignored by it.
    const settings = { ...JSON.parse(own('biome.json')), vcs: { enabled: false }, root: true };
    const base = plantTree(t, { 'biome.json': JSON.stringify(settings), 'src/b.ts': text });
    const { status, output } = run(base, '@biomejs/biome/bin/biome', 'check', '--error-on-warnings', 'src');
    assert.equal(status, 1, output);
    assert.match(output, new RegExp(rule));
  });
}

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
