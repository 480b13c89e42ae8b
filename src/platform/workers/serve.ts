/** The worker's side of the pool: one task at a time, an answer or an error for each. */
import { parentPort } from 'node:worker_threads';

/** Call once at the end of a worker script. An error of `work` refuses that task only. */
export function serveTasks<Input, Output>(work: (input: Input) => Output | Promise<Output>): void {
  const port = parentPort;
  if (!port) return;
  port.on('message', (input: Input) => {
    void answer(work, input).then((reply) => port.postMessage(reply));
  });
}

async function answer<Input, Output>(work: (input: Input) => Output | Promise<Output>, input: Input) {
  try {
    return { output: await work(input) };
  } catch (error) {
    const { name, message } = error instanceof Error ? error : { name: 'Error', message: 'unknown failure' };
    return { error: { name, message } };
  }
}
