/**
 * Finds modules without asking the disk for what is known. For every module that starts, Node looks for the package.json above it and reads
 * that file's list of exports: drizzle-orm's has 178 kB and is read hundreds of times, a third of the processor time of a start.
 * Import it first, alone, and the rest by `import()`.
 */
import { registerHooks } from 'node:module';

/** `src/`, where this file is. */
const ours = new URL('..', import.meta.url).href;
const packages = new URL('../node_modules/', ours).href;
/** Packages whose every `.js` file is an ES module, and large enough to matter. quick-resolve.test.ts looks whether that is so. */
export const moduleOnlyPackages = ['drizzle-orm'] as const;
const insidePackages = moduleOnlyPackages.map((name) => `${packages}${name}/`);

export type Resolved = { readonly url: string; readonly format: 'module-typescript' | 'module' };

/**
 * Where a relative import leads, when that can be told from the words alone; else null.
 *
 * @param specifier as written, for instance `./store.ts`.
 * @param parent URL of the module that imports.
 */
export function resolveByWords(specifier: string, parent: string): Resolved | null {
  if (!specifier.startsWith('./') && !specifier.startsWith('../')) return null;
  if (parent.startsWith(ours) && specifier.endsWith('.ts')) return { url: new URL(specifier, parent).href, format: 'module-typescript' };
  if (!specifier.endsWith('.js') || !insidePackages.some((inside) => parent.startsWith(inside))) return null;
  const { href } = new URL(specifier, parent);
  return insidePackages.some((inside) => href.startsWith(inside)) ? { url: href, format: 'module' } : null;
}

/** A package means the same file to every module of ours. */
const known = new Map<string, { url: string; format: string }>();

registerHooks({
  resolve(specifier, context, next) {
    const { parentURL = '', conditions } = context;
    const found = resolveByWords(specifier, parentURL);
    if (found !== null) return { ...found, shortCircuit: true };
    const isPackage = /^[a-z@]/.test(specifier) && !specifier.includes(':');
    // `require` and `import` of one package may lead to different files.
    if (!isPackage || !parentURL.startsWith(ours) || !conditions.includes('import')) return next(specifier, context);
    const remembered = known.get(specifier);
    if (remembered !== undefined) return { ...remembered, shortCircuit: true };
    const answer = next(specifier, context);
    if (typeof answer.format === 'string') known.set(specifier, { url: answer.url, format: answer.format });
    return answer;
  },
});
