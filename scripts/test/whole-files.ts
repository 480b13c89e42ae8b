/**
 * Knows which test files were run to their last line. Node says nothing of a file that throws between its tests: those after the throw
 * would be missing from the count, and the run would pass. Preloaded; the reporter, which runs in the same process, asks.
 */
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';

type Files = { readonly begun: Set<string>; readonly ended: Set<string> };
const name = Symbol.for('ai-spm.test-files');
const place = globalThis as unknown as Record<symbol, Files | undefined>;

registerHooks({
  load(url, context, next) {
    const answer = next(url, context);
    if (!url.endsWith('.test.ts') || answer.source === undefined || answer.source === null) return answer;
    place[name] ??= { begun: new Set(), ended: new Set() };
    place[name].begun.add(url);
    const text = typeof answer.source === 'string' ? answer.source : Buffer.from(answer.source as Uint8Array).toString('utf8');
    return { ...answer, source: `${text}\n;globalThis[Symbol.for('ai-spm.test-files')].ended.add(import.meta.url);\n` };
  },
});

/** Paths of test files that were begun and threw before their end. */
export function brokenOff(): string[] {
  const { begun, ended } = place[name] ?? { begun: new Set<string>(), ended: new Set<string>() };
  return [...begun].filter((url) => !ended.has(url)).map((url) => fileURLToPath(url));
}
