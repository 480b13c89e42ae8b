/** Confines paths people name to the folders this installation may scan, with every link resolved. */
import { realpath } from 'node:fs/promises';
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { problems } from '../contract/problem.ts';
import { config } from './config.ts';

export const pathProblems = problems('path', {
  outsideRoots: [403, '{path} is outside the folders this installation may scan. Allowed: {roots}. The setting SCAN_ROOTS changes that.'],
  missing: [422, 'There is nothing at {path}.'],
  invalid: [422, 'That is not a path.'],
});

/**
 * The real path of `path` when it lies under a configured root.
 * A relative path is taken from the first root that has it; it may begin with the root's own name (`examples/shop-assistant`).
 * Links are resolved first, so a link out of a root is refused.
 * @throws pathProblems.missing, .outsideRoots, .invalid. Outside a root the answer is the same whether or not the path exists.
 */
export async function confine(path: string, roots: readonly string[] = config().scanRoots): Promise<string> {
  if (path === '' || path.includes('\0')) throw pathProblems.invalid();
  const realRoots = (await Promise.all(roots.map((root) => realpath(root).catch(() => null)))).filter((root) => root !== null);
  const candidates = isAbsolute(path) ? [path] : relativeTo(roots, path);
  for (const candidate of candidates) {
    const real = await realpath(candidate).catch(() => null);
    if (real !== null && realRoots.some((root) => isInside(root, real))) return real;
  }
  const named = candidates.some((candidate) => [...roots, ...realRoots].some((root) => isInside(root, resolve(candidate))));
  const exists = await Promise.all(candidates.map((candidate) => realpath(candidate).catch(() => null)));
  if (named && exists.every((real) => real === null)) throw pathProblems.missing({ path });
  throw pathProblems.outsideRoots({ path, roots: roots.join(', ') });
}

/** Beside a root nothing is ever looked up: what exists there must not show. */
function relativeTo(roots: readonly string[], path: string): string[] {
  const below = roots.map((root) => resolve(root, path));
  const byName = roots.flatMap((root) => {
    const candidate = resolve(dirname(root), path);
    return isInside(root, candidate) ? [candidate] : [];
  });
  return [...below, ...byName];
}

export function isInside(root: string, path: string): boolean {
  const step = relative(root, path);
  return step === '' || (step !== '..' && !step.startsWith(`..${sep}`) && !isAbsolute(step));
}
