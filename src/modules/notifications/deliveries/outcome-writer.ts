/**
 * Writes what came of the attempts at one destination. While one transaction runs, further attempts end: they share the next, so that a
 * busy destination costs a transaction for many messages instead of one for each.
 */
import type { Context } from '../../../contract/actor.ts';
import { log } from '../../../platform/log.ts';
import { type Ended, keepOutcomes } from './deliver.ts';

const mostAtOnce = 64;
type Waiting = { readonly ended: Ended; readonly written: (isPaused: boolean) => void };

/** A class, because its lifetime is the point: a round of deliveries. */
export class OutcomeWriter {
  readonly #destinationId: string;
  readonly #context: Context;
  #waiting: Waiting[] = [];
  #isWriting = false;

  constructor(destinationId: string, context: Context) {
    this.#destinationId = destinationId;
    this.#context = context;
  }

  /**
   * Resolves when it is written down, or cannot be: then its lease runs out and it is sent again under the same id.
   * @returns whether nothing more may go to the destination now
   */
  async keep(ended: Ended): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.#waiting.push({ ended, written: resolve });
    if (!this.#isWriting) void this.#write();
    return await promise;
  }

  async #write(): Promise<void> {
    this.#isWriting = true;
    while (this.#waiting.length > 0) {
      const batch = this.#take();
      const isPaused = await this.#keepAll(batch.map(({ ended }) => ended));
      for (const { written } of batch) written(isPaused);
    }
    this.#isWriting = false;
  }

  /** Of one message one attempt: the second waits for the next transaction. */
  #take(): Waiting[] {
    const ids = new Set<string>();
    const batch: Waiting[] = [];
    const rest: Waiting[] = [];
    for (const one of this.#waiting) {
      const { id } = one.ended.claim;
      const fits = batch.length < mostAtOnce && !ids.has(id);
      ids.add(id);
      (fits ? batch : rest).push(one);
    }
    this.#waiting = rest;
    return batch;
  }

  /** What one message cannot be kept for must not cost the others theirs. */
  async #keepAll(ended: readonly Ended[]): Promise<boolean> {
    try {
      return await keepOutcomes(this.#destinationId, ended, this.#context);
    } catch (error) {
      let isPaused = false;
      if (ended.length > 1) for (const one of ended) isPaused = await this.#keepAll([one]);
      else
        log('error').error(
          { error, code: 'notifications.notKept', outboxId: ended[0]?.claim.id },
          'What came of a delivery could not be written down',
        );
      return isPaused;
    }
  }
}
