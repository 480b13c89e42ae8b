import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { generate } from '../generate.ts';
import { plantTree } from '../test-tree.ts';
import { exportsOf } from './exports.ts';
import type { Generator } from './generated.ts';
import { findMigrations } from './migrations.ts';
import { pages } from './pages.ts';
import { plugIns } from './plug-ins.ts';
import { registry } from './registry.ts';

async function textOf(generator: Generator, base: string, path: string): Promise<string> {
  const files = await generator.files(base);
  return files.find((file) => file.path === path)?.text ?? '';
}

const page = (facts: string): string => `function Page() { return <main />; }\nexport default definePage({ ${facts}, Page });\n`;
const wholePage = "path: '/risk', title: `It's a \"risk\"`, permission: 'risk:read', group: null, icon: 'scale', order: 2";

test('a page is listed with its facts as data and its code behind a lazy import', async (t) => {
  const base = plantTree(t, { 'src/modules/risk/page.tsx': page(wholePage) });
  assert.match(
    await textOf(pages, base, 'src/apps/web/pages.generated.ts'),
    /\{\n {4}path: '\/risk',\n {4}title: 'It\\'s a "risk"',\n {4}permission: 'risk:read',\n {4}group: null,\n {4}icon: 'scale',\n {4}order: 2,\n {4}load: \(\) => import\('\.\.\/\.\.\/modules\/risk\/page\.tsx'\),\n {2}\}/,
  );
});

test('pages are found as page.tsx and <noun>-page.tsx at any depth, sorted by address; other .tsx are not pages', async (t) => {
  const at = (path: string) => page(wholePage.replace('/risk', path));
  const base = plantTree(t, {
    'src/modules/risk/page.tsx': at('/z'),
    'src/modules/risk/posture/posture-page.tsx': at('/a'),
    'src/modules/risk/chart.tsx': 'export const Chart = () => <svg />;\n',
    'src/modules/risk/page.test.tsx': 'export {};\n',
  });
  const text = await textOf(pages, base, 'src/apps/web/pages.generated.ts');
  assert.deepEqual(
    [...text.matchAll(/path: '(.+)'/g)].map(([, path]) => path),
    ['/a', '/z'],
  );
});

for (const [fault, facts, says] of [
  ['a computed title', wholePage.replace(/title: `[^`]*`/, 'title: titleOf(risk)'), /needs "title" as a literal string/],
  ['an order in words', wholePage.replace('order: 2', "order: 'second'"), /needs "order" as a literal number/],
  ['no permission', wholePage.replace("permission: 'risk:read', ", ''), /needs "permission"/],
] as const) {
  test(`a page with ${fault} is refused with the name of the file`, async (t) => {
    const base = plantTree(t, { 'src/modules/risk/page.tsx': page(facts) });
    await assert.rejects(
      async () => pages.files(base),
      (error: Error) => error.message.startsWith('src/modules/risk/page.tsx: ') && says.test(error.message),
    );
  });
}

test('two pages at one address are refused', async (t) => {
  const base = plantTree(t, { 'src/modules/risk/page.tsx': page(wholePage), 'src/modules/dashboard/page.tsx': page(wholePage) });
  await assert.rejects(async () => pages.files(base), /both answer \/risk/);
});

test('a detector is a file with the default export of its maker; tests and parts of detectors are not', async (t) => {
  const detector = 'export default defineDetector({});\n';
  const base = plantTree(t, {
    'src/modules/model-scanner/detectors/pickle-shell-call.ts': detector,
    'src/modules/model-scanner/detectors/archive.ts':
      'const rule = defineDetector({}) satisfies Detector;\nexport default defineDetector({}) satisfies Detector;\n',
    'src/modules/model-scanner/detectors/pickle-shell-call.test.ts': detector,
    'src/modules/model-scanner/detectors/shells.ts': 'export const shells = [];\n',
    'src/modules/model-scanner/detectors/other-kind.ts': 'export default defineReader({});\n',
  });
  assert.equal(
    await textOf(plugIns, base, 'src/modules/model-scanner/detectors.generated.ts'),
    `// Written by npm run generate. Do not edit.

import type { Detector } from './engine/detector.ts';
import archive from './detectors/archive.ts';
import pickleShellCall from './detectors/pickle-shell-call.ts';

export const detectors: readonly Detector[] = [
  archive,
  pickleShellCall,
];
`,
  );
});

test('endpoints and events are found in contracts, also when a shorthand made them', async (t) => {
  const base = plantTree(t, {
    'src/contract/live.ts': "export const liveEvents = { method: 'GET', path: '/api/events', tag: 'live', operation: 'stream' };\n",
    'src/modules/ai-assets/contract.ts': `
      const audited = (draft: object) => ({ ...draft, tag: 'ai-assets', operation: 'x' });
      export const getAsset = audited({ method: 'GET', path: '/api/ai-assets/:id' });
      export const assetRegistered = { type: 'asset.registered', payload: {}, visibleTo: null };
      export const limits = { method: 'GET' };
      export function helper() {}
    `,
  });
  const text = await textOf(registry, base, 'src/apps/contracts.generated.ts');
  assert.match(text, /endpoints: readonly Endpoint\[\] = \[\n {2}groundLive\.liveEvents,\n {2}aiAssets\.getAsset,\n\];/);
  assert.match(text, /events: readonly EventKind\[\] = \[\n {2}aiAssets\.assetRegistered,\n\];/);
});

test('routes, jobs and subscriptions of all slices stand in one list each, only where a slice has them', async (t) => {
  const base = plantTree(t, {
    'src/modules/risk/routes.ts': 'export const routes = [];\n',
    'src/modules/risk/jobs.ts': 'export const subscriptions = [];\n',
    'src/modules/ai-assets/routes.ts': 'const routes = [] as const;\nexport { routes };\n',
    'src/modules/ai-assets/jobs.ts': 'export const jobs = [], subscriptions = [];\n',
  });
  const text = await textOf(registry, base, 'src/apps/registry.generated.ts');
  assert.match(
    text,
    /import \{ jobs as aiAssetsJobs, subscriptions as aiAssetsSubscriptions \} from '\.\.\/modules\/ai-assets\/jobs\.ts';/,
  );
  assert.match(text, /routes: readonly Route\[\] = \[\n {2}\.\.\.aiAssetsRoutes,\n {2}\.\.\.riskRoutes,\n\];/);
  assert.match(text, /jobs: readonly JobDefinition\[\] = \[\n {2}\.\.\.aiAssetsJobs,\n\];/);
  assert.match(text, /subscriptions: readonly Subscription\[\] = \[\n {2}\.\.\.aiAssetsSubscriptions,\n {2}\.\.\.riskSubscriptions,\n\];/);
});

test('a routes.ts without routes is refused', async (t) => {
  const base = plantTree(t, { 'src/modules/risk/routes.ts': 'export const paths = [];\n' });
  await assert.rejects(async () => registry.files(base), /src\/modules\/risk\/routes\.ts must export "routes"/);
});

test('exports are followed through other files of the slice, types are left out', (t) => {
  const base = plantTree(t, {
    'src/contract.ts':
      "export * from './scan.ts';\nexport { report as scanReport } from './report.ts';\nexport type { Row } from './report.ts';\nexport type Own = 1;\n",
    'src/scan.ts': "export const scan = endpoint({});\nexport * from './contract.ts';\n",
    'src/report.ts': 'export const report = endpoint({});\nexport type Row = 1;\n',
  });
  assert.deepEqual(exportsOf(base, 'src/contract.ts'), [
    { name: 'scan', maker: 'endpoint' },
    { name: 'scanReport', maker: 'endpoint' },
  ]);
});

test("migrations stand in the order they are applied: the platform's first, then slices by name, each by number", () => {
  const paths = [
    'src/modules/risk/migrations/0002_b.sql',
    'src/modules/risk/migrations/0001_a.sql',
    'src/modules/ai-assets/migrations/0001_ai_assets.sql',
    'src/platform/database/migrations/0001_platform.sql',
    'src/modules/risk/store.ts',
  ];
  assert.deepEqual(
    findMigrations(paths).map(({ slice, name }) => `${slice}/${name}`),
    ['platform/0001_platform', 'ai-assets/0001_ai_assets', 'risk/0001_a', 'risk/0002_b'],
  );
});

for (const [fault, names, says] of [
  ['a gap in the numbers', ['0001_a.sql', '0003_b.sql'], /0003_b\.sql: expected number 0002/],
  ['two of one number', ['0001_a.sql', '0001_b.sql'], /0001_b\.sql: expected number 0002/],
  ['a name without number', ['first.sql'], /NNNN_name\.sql/],
  ['another file beside them', ['0001_a.sql', 'notes.md'], /NNNN_name\.sql/],
] as const) {
  test(`migrations with ${fault} are refused`, () => {
    assert.throws(() => findMigrations(names.map((name) => `src/modules/risk/migrations/${name}`)), says);
  });
}

test('writing twice changes nothing, checking complains about what differs and about what is missing', async (t) => {
  const base = plantTree(t, {});
  const files = (text: string): Generator => ({ name: 'one', files: () => [{ path: 'src/one.generated.ts', text }] });
  assert.deepEqual(await generate(base, 'check', { chosen: [files('a\n')] }), [
    'src/one.generated.ts is missing: run "npm run generate" and commit it.',
  ]);
  assert.deepEqual(await generate(base, 'write', { chosen: [files('a\n')] }), []);
  assert.deepEqual(await generate(base, 'check', { chosen: [files('a\n')] }), []);
  assert.deepEqual(await generate(base, 'check', { chosen: [files('b\n')] }), [
    'src/one.generated.ts is out of date: run "npm run generate" and commit it.',
  ]);
  assert.equal(readFileSync(join(base, 'src/one.generated.ts'), 'utf8'), 'a\n');
  writeFileSync(join(base, 'src/one.generated.ts'), 'b\n');
  assert.equal((await generate(base, 'check', { chosen: [files('a\n')] })).length, 1);
});

test('one generator that fails does not keep the others from writing', async (t) => {
  const base = plantTree(t, {});
  const broken: Generator = {
    name: 'broken',
    files: () => {
      throw new Error('a slice is half written');
    },
  };
  const sound: Generator = { name: 'sound', files: () => [{ path: 'src/sound.generated.ts', text: 'a\n' }] };
  assert.deepEqual(await generate(base, 'write', { chosen: [broken, sound] }), ['broken: a slice is half written']);
  assert.equal(readFileSync(join(base, 'src/sound.generated.ts'), 'utf8'), 'a\n');
});
