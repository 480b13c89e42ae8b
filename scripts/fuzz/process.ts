/** The parent's side of a fuzzing process: one order after the other, a new process after a hang, a crash or many mutants. */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Failure } from '../../test/corpus/model-scanner/fuzz.ts';
import { bundleScript } from '../build/one-file.ts';
import { root } from '../files.ts';
import type { FuzzNews } from './family.ts';
import type { FuzzAnswer, FuzzOrder } from './thread.ts';

/** What a process has grown by then comes from the mutants before: the next ones are measured in a new one. */
const mostMutants = 100_000;
const mostMegabytes = 240;

type FuzzScripts = { readonly process: string; readonly thread: string };

/** One file each: a process that strips types keeps the tool for it in memory, and the memory is what is measured. */
export async function bundleFuzzScripts(): Promise<FuzzScripts> {
  const outdir = join(root, '.cache/fuzz-scripts', String(process.pid));
  mkdirSync(outdir, { recursive: true });
  for (const name of ['family', 'thread']) writeFileSync(join(outdir, `${name}.mjs`), (await bundleScript(`scripts/fuzz/${name}.ts`)).code);
  return { process: join(outdir, 'family.mjs'), thread: join(outdir, 'thread.mjs') };
}

type Outcome = { readonly failures: readonly Failure[]; readonly answer: FuzzAnswer };

export class FuzzProcess {
  readonly #scripts: FuzzScripts;
  #child: ChildProcess | null = null;
  #mutants = 0;

  constructor(scripts: FuzzScripts) {
    this.#scripts = scripts;
  }

  async run(order: FuzzOrder): Promise<Outcome> {
    const child = this.#child ?? this.#start();
    child.send(order);
    const news = await newsOf(child);
    if (news !== null && 'answer' in news) {
      this.#mutants += news.answer.tried;
      if (this.#mutants >= mostMutants || news.answer.megabytes > mostMegabytes) this.end();
      return { failures: news.answer.failures, answer: news.answer };
    }
    this.end();
    // A process that ends without a word died somewhere in its part: the part is left behind, and told.
    const stuckAt = news?.stuckAt ?? order.from + order.count - 1;
    const detail = news?.why ?? `the process died at a mutant from ${order.from} on`;
    const failure: Failure = { format: order.family.format, iteration: stuckAt, seedName: '', kind: 'failed', detail };
    return { failures: [failure], answer: { failures: [failure], tried: stuckAt - order.from + 1, seconds: 0, megabytes: 0 } };
  }

  end(): void {
    this.#child?.kill('SIGKILL');
    this.#child = null;
  }

  #start(): ChildProcess {
    this.#mutants = 0;
    const child = fork(this.#scripts.process, [this.#scripts.thread], {
      cwd: root,
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.#child = child;
    return child;
  }
}

function newsOf(child: ChildProcess): Promise<FuzzNews | null> {
  const { promise, resolve } = Promise.withResolvers<FuzzNews | null>();
  const ended = () => resolve(null);
  child.once('exit', ended);
  child.once('message', (news: FuzzNews) => {
    child.off('exit', ended);
    resolve(news);
  });
  return promise;
}
