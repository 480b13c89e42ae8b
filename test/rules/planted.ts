/** One small tree per dependency rule: everything in it is fine but the one thing the rule is about. */

export type Planted = { readonly rule: string; readonly says: string; readonly files: Readonly<Record<string, string>> };

const uses = (...paths: readonly string[]): string =>
  paths.map((path, i) => `import * as part${i} from '${path}';\nexport { part${i} };\n`).join('');
const leaf = 'export const leaf = 1;\n';

export const planted: readonly Planted[] = [
  {
    rule: 'no-circles',
    says: 'two modules that import each other',
    files: { 'src/math/left.ts': uses('./right.ts'), 'src/math/right.ts': uses('./left.ts') },
  },
  {
    rule: 'no-circles',
    says: 'a circle closed by a type import only',
    files: {
      'src/math/left.ts': "import { right } from './right.ts';\nexport type Left = typeof right;\n",
      'src/math/right.ts': "import type { Left } from './left.ts';\nexport const right: Left | 1 = 1;\n",
    },
  },
  {
    rule: 'no-orphans',
    says: 'a module that nobody needs and that needs nobody',
    files: { 'src/math/alone.ts': leaf },
  },
  {
    rule: 'ground-contract',
    says: 'the contract importing a slice',
    files: { 'src/contract/finding.ts': uses('../modules/risk/score.ts'), 'src/modules/risk/score.ts': leaf },
  },
  {
    rule: 'ground-math',
    says: 'math importing the contract',
    files: { 'src/math/mean.ts': uses('../contract/finding.ts'), 'src/contract/finding.ts': leaf },
  },
  {
    rule: 'ground-ui',
    says: 'the React kit importing the client',
    files: { 'src/ui/table.tsx': uses('../client/request.ts'), 'src/client/request.ts': leaf },
  },
  {
    rule: 'contract-needs-zod-only',
    says: 'the contract importing a package that is not zod',
    files: { 'src/contract/finding.ts': uses('zod', 'yaml') },
  },
  {
    rule: 'math-needs-nothing',
    says: 'math importing a part of Node',
    files: { 'src/math/mean.ts': uses('node:fs') },
  },
  {
    rule: 'platform-sees-contract',
    says: 'the platform importing math',
    files: { 'src/platform/log.ts': uses('../math/mean.ts'), 'src/math/mean.ts': leaf },
  },
  {
    rule: 'client-sees-contract',
    says: 'the client importing a slice, by a lazy import',
    files: {
      'src/client/request.ts': "export const load = () => import('../modules/risk/contract.ts');\n",
      'src/modules/risk/contract.ts': leaf,
    },
  },
  {
    rule: 'slice-by-contract',
    says: "a slice importing another slice's engine",
    files: {
      'src/modules/dashboard/routes.ts': uses('../risk/score.ts', '../risk/contract.ts'),
      'src/modules/risk/score.ts': leaf,
      'src/modules/risk/contract.ts': leaf,
    },
  },
  {
    rule: 'slice-by-contract',
    says: "a slice taking a type out of another slice's store",
    files: {
      'src/modules/dashboard/routes.ts': "export const shown: import('../risk/store.ts').Row | null = null;\n",
      'src/modules/risk/store.ts': 'export type Row = { id: string };\n',
    },
  },
  {
    rule: 'database-in-store',
    says: 'a route module writing SQL',
    files: { 'src/modules/risk/routes.ts': uses('drizzle-orm', './store.ts'), 'src/modules/risk/store.ts': uses('drizzle-orm') },
  },
  {
    rule: 'service-without-database',
    says: 'a compute door that reaches the database through its engine',
    files: {
      'src/modules/risk/service.ts': uses('./score.ts'),
      'src/modules/risk/score.ts': uses('./store.ts'),
      'src/modules/risk/store.ts': uses('pg'),
    },
  },
  {
    rule: 'tsx-sees-the-web',
    says: "a page importing its slice's engine",
    files: {
      'src/modules/risk/page.tsx': `${uses('./score.ts', './contract.ts')}export const Page = () => <div />;\n`,
      'src/modules/risk/score.ts': leaf,
      'src/modules/risk/contract.ts': leaf,
    },
  },
  {
    rule: 'tsx-runs-in-a-browser',
    says: 'a page importing a part of Node',
    files: { 'src/modules/risk/page.tsx': `${uses('node:path')}export const Page = () => <div />;\n` },
  },
  {
    rule: 'server-without-tsx',
    says: 'server code importing a page',
    files: { 'src/modules/risk/routes.ts': uses('./page.tsx'), 'src/modules/risk/page.tsx': 'export const Page = () => <div />;\n' },
  },
  {
    rule: 'nobody-imports-apps',
    says: 'a slice importing the door table',
    files: { 'src/modules/risk/routes.ts': uses('../../apps/services.ts'), 'src/apps/services.ts': leaf },
  },
  {
    rule: 'web-framework-in-http',
    says: 'a slice talking to the web framework',
    files: { 'src/modules/risk/routes.ts': uses('fastify'), 'src/platform/http/server.ts': uses('fastify') },
  },
  {
    rule: 'catalog-by-loader',
    says: 'a slice importing a table of the catalog',
    files: {
      'src/modules/risk/score.ts': uses('../../../catalog/sla.json'),
      'catalog/sla.json': '{}\n',
      'src/platform/catalog.ts': uses('../../catalog/sla.json'),
    },
  },
  {
    rule: 'tests-stay-tests',
    says: 'shipped code importing what tests share',
    files: { 'src/modules/risk/score.ts': uses('./test-cases.ts'), 'src/modules/risk/test-cases.ts': leaf },
  },
  {
    rule: 'tests-stay-tests',
    says: 'shipped code importing out of a folder called testing',
    files: { 'src/modules/risk/score.ts': uses('./testing/cases.ts'), 'src/modules/risk/testing/cases.ts': leaf },
  },
  {
    rule: 'resolvable',
    says: 'an import that leads nowhere',
    files: { 'src/modules/risk/score.ts': uses('./gone.ts') },
  },
  {
    rule: 'packages-at-run-time',
    says: 'the server importing a development package',
    files: { 'src/modules/risk/score.ts': uses('fast-check') },
  },
];

/** A tree in the house's own shape that breaks nothing: the rules must be silent on it. */
export const sound: Readonly<Record<string, string>> = {
  'src/contract/finding.ts': uses('zod'),
  'src/math/mean.ts': leaf,
  'src/math/mean.test.ts': uses('./mean.ts', 'node:test', 'fast-check'),
  'src/platform/database/database.ts': uses('drizzle-orm', 'pg'),
  'src/platform/catalog.ts': uses('node:fs'),
  'src/platform/http/handle.ts': uses('../../contract/finding.ts'),
  'src/client/request.ts': uses('../contract/finding.ts'),
  'src/ui/table.tsx': `${uses('react')}export const Table = () => <table />;\n`,
  'src/modules/risk/contract.ts': uses('../../contract/finding.ts', 'zod'),
  'src/modules/risk/store.ts': uses('../../platform/database/database.ts', './table.ts'),
  'src/modules/risk/table.ts': uses('drizzle-orm'),
  'src/modules/risk/routes.ts': uses(
    './store.ts',
    './contract.ts',
    '../../platform/http/handle.ts',
    '../dashboard/contract.ts',
    '../../math/mean.ts',
  ),
  'src/modules/risk/service.ts': uses('../../platform/http/handle.ts', './contract.ts'),
  'src/modules/risk/jobs.ts': uses('../../platform/database/database.ts', '../../platform/catalog.ts'),
  'src/modules/risk/page.tsx': `${uses('./contract.ts', '../dashboard/contract.ts', '../../ui/table.tsx', '../../client/request.ts', './factors.tsx')}export const Page = () => <main />;\n`,
  'src/modules/risk/factors.tsx': `${uses('react')}export const Factors = () => <ul />;\n`,
  'src/modules/dashboard/contract.ts': uses('zod'),
  'src/apps/main.ts': uses(
    '../modules/risk/routes.ts',
    '../modules/risk/jobs.ts',
    '../modules/risk/service.ts',
    '../platform/database/database.ts',
  ),
  'src/apps/web/pages.generated.ts': "export const load = () => import('../../modules/risk/page.tsx');\n",
};
