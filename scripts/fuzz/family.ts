/** A process that tries mutants in a thread: its memory can be measured, and a thread that hangs or dies tells at which mutant. */
import { Worker } from 'node:worker_threads';
import type { FuzzAnswer, FuzzOrder } from './thread.ts';

export type FuzzNews = { readonly answer: FuzzAnswer } | { readonly stuckAt: number; readonly why: string };

/** The slowest mutant may take a second of an idle machine; a busy one gives a tenth of that. */
const patienceSeconds = 60;
/** What plain objects may take; bytes lie outside, and the process is measured as a whole. */
const heapMb = 160;
const youngHeapMb = 8;

const at = new Int32Array(new SharedArrayBuffer(4));
const [threadScript = ''] = process.argv.slice(2);
const thread = new Worker(threadScript, {
  workerData: at,
  resourceLimits: { maxOldGenerationSizeMb: heapMb, maxYoungGenerationSizeMb: youngHeapMb },
});
let watch: NodeJS.Timeout | undefined;

function tell(news: FuzzNews): void {
  clearInterval(watch);
  process.send?.(news);
}

function stuck(why: string): void {
  tell({ stuckAt: Atomics.load(at, 0), why });
}

/** Looks every second whether the thread has moved on; seconds in which this process was stopped as well do not count. */
function watchThread(): NodeJS.Timeout {
  let seen = -1;
  let standing = 0;
  return setInterval(() => {
    const now = Atomics.load(at, 0);
    standing = now === seen ? standing + 1 : 0;
    seen = now;
    if (standing > patienceSeconds) stuck(`one mutant takes more than ${patienceSeconds} s`);
  }, 1000);
}

thread.on('message', (answer: FuzzAnswer) => tell({ answer }));
thread.on('error', (error) => stuck(`the thread died: ${error instanceof Error ? error.message : 'unknown'}`));
process.on('message', (order: FuzzOrder) => {
  Atomics.store(at, 0, order.from);
  watch = watchThread();
  thread.postMessage(order);
});
process.on('disconnect', () => process.exit());
