/** Dependency rules: dependency-cruiser over our own reading of the imports. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cruise, type IConfiguration, type ICruiseOptions, type ICruiseResult } from 'dependency-cruiser';
import { listFiles, root } from '../files.ts';
import { importsOf, parseFile } from '../syntax.ts';

export type Breach = { readonly rule: string; readonly from: string; readonly to: string; readonly via: readonly string[] };
export type Verdict = { readonly breaches: readonly Breach[]; readonly modulesSeen: number; readonly modulesThere: number };

const sourceFile = /\.(ts|tsx)$/;

/**
 * Cruises `src` and `test` below `base` with the rules of .dependency-cruiser.mjs.
 * @throws when the tool saw fewer modules than there are files: then its silence would mean nothing.
 */
export async function cruiseTree(base: string): Promise<Verdict> {
  readImportsOurselves();
  const { options: settings, forbidden = [] } = await readRules();
  const files = listFiles(base, ['src', 'test']).filter((path) => sourceFile.test(path));
  const options: ICruiseOptions = { ...settings, ruleSet: { forbidden }, validate: true, baseDir: base };
  const { output } = await cruise(files, options, settings?.enhancedResolveOptions);
  if (typeof output === 'string') throw new Error('dependency-cruiser answered text where data was asked for.');
  const seen = output.modules.filter(({ source }) => files.includes(source)).length;
  if (seen < files.length) throw new Error(`Only ${seen} of ${files.length} modules were cruised: the rules were not really checked.`);
  return { breaches: breachesOf(output), modulesSeen: seen, modulesThere: files.length };
}

async function readRules(): Promise<IConfiguration> {
  // A plain .mjs file, so that the tool's own command line reads it too; its JSDoc names the type.
  const { default: rules }: { default: IConfiguration } = await import(new URL('../../.dependency-cruiser.mjs', import.meta.url).href);
  return rules;
}

function breachesOf(output: ICruiseResult): Breach[] {
  return output.summary.violations.map(({ rule, from, to, cycle, via }) => ({
    rule: rule.name,
    from,
    to,
    via: (cycle ?? via ?? []).map((step) => (typeof step === 'string' ? step : step.name)),
  }));
}

/**
 * dependency-cruiser asks swc without JSX and walks the tree with swc's retired visitor, which misses some imports.
 * Both are replaced by one reduced tree: an import statement for everything the file asks for, type imports included.
 */
function readImportsOurselves(): void {
  const swc: { parseFileSync: (path: string) => unknown } = createRequire(import.meta.url)('@swc/core');
  swc.parseFileSync = (path) => {
    const body = importsOf(parseFile('', path)).map(({ specifier, kind }) => importNode(specifier, kind === 'dynamic'));
    return { type: 'Module', body, interpreter: null };
  };
}

function importNode(specifier: string, isDynamic: boolean): unknown {
  const source = { type: 'StringLiteral', value: specifier };
  if (!isDynamic) return { type: 'ImportDeclaration', specifiers: [], source, typeOnly: false };
  const call = { type: 'CallExpression', callee: { type: 'Import' }, arguments: [{ expression: source }] };
  return { type: 'ExpressionStatement', expression: call };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { breaches, modulesSeen } = await cruiseTree(join(root, '.'));
  for (const { rule, from, to, via } of breaches) {
    process.stdout.write(`${rule}: ${from} → ${to}${via.length > 0 ? `\n    ${via.join(' → ')}` : ''}\n`);
  }
  process.stdout.write(`${modulesSeen} modules cruised, ${breaches.length} breaches\n`);
  process.exitCode = breaches.length === 0 ? 0 : 1;
}
