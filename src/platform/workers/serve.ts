/** The worker's side of the pool: setup data once, then one task at a time, an answer or an error for each. */
import { parentPort } from 'node:worker_threads';
import { saveCompiledCode } from './compile-cache.ts';

type Message<Input, Setup> = { readonly setup: Setup } | { readonly input: Input };

/**
 * Call once at the end of a worker script. An error of `work` refuses that task only.
 * @param work the task, and the pool's setup data.
 */
export function serveTasks<Input, Output, Setup = undefined>(work: (input: Input, setup: Setup) => Output | Promise<Output>): void {
  const port = parentPort;
  if (!port) return;
  let setup: Setup;
  let answered = 0;
  port.on('message', (message: Message<Input, Setup>) => {
    if ('setup' in message) {
      setup = message.setup;
      return;
    }
    void answer(work, message.input, setup).then((reply) => {
      answered += 1;
      // Before the answer: whoever has it may end this thread.
      if (answered === 1) saveCompiledCode();
      port.postMessage(reply);
    });
  });
}

async function answer<Input, Output, Setup>(work: (input: Input, setup: Setup) => Output | Promise<Output>, input: Input, setup: Setup) {
  try {
    return { output: await work(input, setup) };
  } catch (error) {
    const { name, message } = error instanceof Error ? error : { name: 'Error', message: 'unknown failure' };
    return { error: { name, message } };
  }
}
