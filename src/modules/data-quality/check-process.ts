/** The child process of one check, as it is started: here, so that what is measured and fuzzed is what runs. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { compiledCodeFolder } from '../../platform/workers/compile-cache.ts';

const script = fileURLToPath(new URL('./check-child.ts', import.meta.url));

/**
 * A check fetches its numbers in pieces of 16 KiB that are soon used up. With a small space for young objects a piece goes back while it
 * is still in the cache, and the next one takes its place instead of fresh pages; and what lies outside the heap does not count as a heap
 * that grows, for which everything would be marked again and again. Megabytes; limits on memory are looked at from outside all the same.
 */
const heapWords = ['--max-semi-space-size=2', '--initial-old-space-size=160'];

/**
 * Nothing of the platform's settings or secrets goes along: of the environment only where compiled code is kept, without which half a
 * second of every check is spent on reading our own source. A folder for checks alone: what reads foreign bytes writes none of the code
 * that others start with.
 * @param words further words for the process, before the script.
 */
export function startCheckProcess(words: readonly string[] = []): ChildProcess {
  return fork(script, [], {
    env: { NODE_COMPILE_CACHE: `${compiledCodeFolder}-checks` },
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    execArgv: ['--disable-warning=ExperimentalWarning', ...heapWords, ...words],
  });
}
