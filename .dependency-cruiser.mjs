/**
 * The walls of the house (ARCHITECTURE.md, "Rules"). Run by `npm run check`; scripts/check/cruise.ts brings the parser.
 * test/rules/rules.test.ts plants one violation per rule and expects exactly that rule to speak.
 */

/** Tests, benches and what they share (test-*.ts, testing/) may reach further than the code they prove. */
const proof = String.raw`\.(test|bench)\.tsx?$|/test-[^/]+\.ts$|/testing/|^test/`;
const store = String.raw`^src/modules/.+[/-](store|table)\.ts$`;
const databasePackages = '(^|/)node_modules/(drizzle-orm|pg|pg-boss|postgres)/';
/** Where transactions are opened and refusals are named: jobs and some handlers need that. `db`, which touches rows, is kept by scripts/check/words.ts. */
const transactionDoor = String.raw`^src/platform/database/database(-problem)?\.ts$`;
const web = '^src/(ui|client|apps/web)/';

const rule = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });
const ground = (name, folder) =>
  rule(
    name,
    `src/${folder} imports nothing of ours.`,
    { path: `^src/${folder}/` },
    { path: `^(src/(?!${folder}/)|catalog/|scripts/|test/)` },
  );

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    rule('no-circles', 'Modules that need each other are one module, or one of them knows too much.', {}, { circular: true }),
    rule(
      'no-orphans',
      'Nobody needs this module, and it needs nobody: remove it.',
      { orphan: true, path: '^src/', pathNot: [proof, String.raw`\.d\.ts$`, String.raw`\.generated\.ts$`] },
      {},
    ),

    ground('ground-contract', 'contract'),
    ground('ground-math', 'math'),
    ground('ground-ui', 'ui'),
    rule(
      'contract-needs-zod-only',
      'The contract is read by server, web and command line: it depends on zod alone.',
      { path: '^src/contract/', pathNot: proof },
      { dependencyTypesNot: ['local'], pathNot: '(^|/)node_modules/zod/' },
    ),
    rule(
      'math-needs-nothing',
      'Math is pure: no package, no part of Node.',
      { path: '^src/math/', pathNot: proof },
      { dependencyTypesNot: ['local'] },
    ),

    rule(
      'platform-sees-contract',
      'The platform knows no slice.',
      { path: '^src/platform/' },
      { path: '^(src/(?!platform/|contract/)|scripts/)' },
    ),
    rule('client-sees-contract', 'The client knows no slice.', { path: '^src/client/' }, { path: '^(src/(?!client/|contract/)|scripts/)' }),

    rule(
      'slice-by-contract',
      "A slice sees another slice only through its contract.ts; calls go by 'call', news by events.",
      { path: '^src/modules/([^/]+)/' },
      { path: '^src/modules/', pathNot: ['^src/modules/$1/', String.raw`^src/modules/[^/]+/contract\.ts$`] },
    ),

    rule(
      'database-in-store',
      'Only store.ts and table.ts (or <noun>-store.ts, <noun>-table.ts) touch the database.',
      { path: '^src/modules/', pathNot: [store, proof] },
      { path: [databasePackages, '^src/platform/database/'], pathNot: transactionDoor },
    ),
    rule(
      'service-without-database',
      'A compute door holds no database credentials: its service.ts may not reach the database, not even through others.',
      { path: String.raw`^src/modules/[^/]+/service\.ts$` },
      { path: [databasePackages, '^src/platform/database/'], reachable: true },
    ),

    rule(
      'tsx-sees-the-web',
      'A .tsx of a slice sees contract, ui, client and .tsx of its own slice only.',
      { path: String.raw`^src/modules/([^/]+)/.+\.tsx$` },
      {
        path: '^(src/|scripts/|catalog/)',
        pathNot: [
          '^src/(contract|ui|client)/',
          String.raw`^src/modules/[^/]+/contract\.ts$`,
          String.raw`^src/modules/$1/.+\.(tsx|css|svg)$`,
        ],
      },
    ),
    rule(
      'tsx-runs-in-a-browser',
      'A .tsx imports no part of Node.',
      { path: String.raw`^src/.+\.tsx$`, pathNot: proof },
      { dependencyTypes: ['core'] },
    ),
    rule(
      'server-without-tsx',
      'Node runs no .tsx: server code imports none, and nothing of the React kit.',
      { path: String.raw`^src/.+\.ts$`, pathNot: [web, proof] },
      { path: [String.raw`\.tsx$`, '^src/ui/'] },
    ),

    rule(
      'nobody-imports-apps',
      'The roof rests on the house, not the other way round.',
      { path: '^src/(?!apps/)' },
      { path: '^src/apps/' },
    ),
    rule(
      'web-framework-in-http',
      'Only platform/http knows the web framework.',
      { path: '^src/', pathNot: ['^src/platform/http/', proof] },
      { path: '(^|/)node_modules/(fastify|@fastify/[^/]+|@scalar/[^/]+)/' },
    ),
    rule(
      'catalog-by-loader',
      'The catalog is read through one validating loader, platform/catalog.ts.',
      { path: '^src/', pathNot: String.raw`^src/platform/catalog\.ts$` },
      { path: '^catalog/' },
    ),

    rule(
      'tests-stay-tests',
      'What proves the code is no part of it.',
      { path: '^src/', pathNot: proof },
      { path: [String.raw`\.(test|bench)\.tsx?$`, String.raw`^src/.*/test-[^/]+\.ts$`, '^src/.*/testing/', '^test/'] },
    ),
    rule('resolvable', 'An import that leads nowhere.', {}, { couldNotResolve: true }),
    rule(
      'packages-at-run-time',
      'The server runs without development packages; only what is bundled for the browser, and proof, may use them.',
      { path: '^src/', pathNot: [web, String.raw`\.tsx$`, proof, String.raw`^src/apps/web-build\.ts$`] },
      { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    ),
  ],
  options: {
    // TypeScript 7 has no JavaScript API; without swc the tool would cruise nothing and report success (ADR 0005).
    parser: 'swc',
    tsPreCompilationDeps: true,
    moduleSystems: ['es6'],
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.json'],
    },
  },
};
