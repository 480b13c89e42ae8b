/**
 * One destination while it has something to send. Messages are taken ahead, about as many as are begun within a second, and sent by as many
 * lanes as the channel bears: where a receiver answers fast, taking and writing down cost a transaction for many messages. What was taken
 * and cannot be begun soon is put back.
 */
import type { Context } from '../../../contract/actor.ts';
import { transaction } from '../../../platform/database/database.ts';
import { channelOf } from '../channels/all.ts';
import type { Surroundings } from '../channels/channel.ts';
import { type Claim, claimDue, type Desk, lockDesk, putBack } from './claim-store.ts';
import { attemptDelivery, type Opened, openAddress } from './deliver.ts';
import { OutcomeWriter } from './outcome-writer.ts';

/** Work for so long is taken ahead, and a grave message that comes waits no longer than that. */
const aheadMs = 1000;
const mostAhead = 64;
/** What was taken longer ago is not begun: an attempt lasts up to 25 s and has to end within the lease of 30 s. */
const stalestMs = 4000;
/** An opened address is used for so long: a secret that signs beside its successor ends by the clock. */
const openedForMs = 10_000;

export type RoundOptions = {
  readonly destinationId: string;
  readonly context: Context;
  readonly around: Surroundings;
  readonly isStopping: () => boolean;
  /** Runs in the transaction of every taking, before it. */
  readonly beforeTaking: (desk: Desk) => Promise<void>;
};

/** How many to have in hand. @param meanMs of one attempt; null: not known yet */
export function aheadOf(concurrency: number, meanMs: number | null): number {
  if (meanMs === null) return concurrency;
  return Math.min(Math.max(concurrency, Math.round((concurrency * aheadMs) / Math.max(meanMs, 1))), Math.max(concurrency, mostAhead));
}

type Taken = { readonly claim: Claim; readonly opened: Opened; readonly at: number };
type Addressed = { readonly version: number; readonly at: number; readonly opened: Opened };

/** A class, because its lifetime is the point. */
export class Round {
  readonly #options: RoundOptions;
  readonly #writer: OutcomeWriter;
  readonly #lanes = new Set<Promise<void>>();
  readonly #writing = new Set<Promise<void>>();
  #waiting: Taken[] = [];
  #inHand = 0;
  #meanMs: number | null = null;
  #concurrency = 1;
  #isHalted = false;
  #addressed: Addressed | null = null;
  #fewLeft: PromiseWithResolvers<void> | null = null;

  constructor(options: RoundOptions) {
    this.#options = options;
    this.#writer = new OutcomeWriter(options.destinationId, options.context);
  }

  /** Until nothing is due, or nothing more may go. @returns whether anything was taken */
  async run(): Promise<boolean> {
    let hasTaken = false;
    for (let more = await this.#take(); more > 0 && !this.#isOver(); more = await this.#take()) {
      hasTaken = true;
      this.#openLanes();
      await this.#untilFewLeft();
      if (this.#isOver()) break;
    }
    await this.#finish();
    return hasTaken;
  }

  #isOver(): boolean {
    return this.#isHalted || this.#options.isStopping();
  }

  async #take(): Promise<number> {
    const { destinationId, context, beforeTaking } = this.#options;
    const taken = await transaction(context, async () => {
      const desk = await lockDesk(destinationId);
      if (desk === null) return [];
      await beforeTaking(desk);
      this.#concurrency = channelOf(desk.channel).concurrency;
      const claims = await claimDue(desk, Math.max(1, aheadOf(this.#concurrency, this.#meanMs) - this.#inHand));
      if (claims.length === 0) return [];
      const opened = await this.#open(desk);
      return claims.map((claim) => ({ claim, opened, at: performance.now() }));
    });
    this.#waiting.push(...taken);
    this.#inHand += taken.length;
    return taken.length;
  }

  async #open(desk: Desk): Promise<Opened> {
    const at = performance.now();
    if (this.#addressed === null || this.#addressed.version !== desk.version || at - this.#addressed.at > openedForMs)
      this.#addressed = { version: desk.version, at, opened: await openAddress(desk, desk.settings, desk.rotatingUntil) };
    return this.#addressed.opened;
  }

  #openLanes(): void {
    while (this.#lanes.size < this.#concurrency && this.#waiting.length > 0 && !this.#isOver()) {
      const lane = this.#sendInTurn().finally(() => {
        this.#lanes.delete(lane);
        // Nobody works any more: whoever waits for it looks why.
        if (this.#lanes.size === 0) this.#fewLeft?.resolve();
      });
      this.#lanes.add(lane);
    }
  }

  async #sendInTurn(): Promise<void> {
    for (let taken = this.#next(); taken !== null; taken = this.#next()) await this.#send(taken);
  }

  #next(): Taken | null {
    if (this.#isOver()) return null;
    const [first] = this.#waiting;
    if (first === undefined) return null;
    if (performance.now() - first.at > stalestMs) {
      this.#halt();
      return null;
    }
    this.#waiting.shift();
    return first;
  }

  /** After a failure it is first written down whether another may go; a success is written down while the next is on its way. */
  async #send({ claim, opened }: Taken): Promise<void> {
    const begunAt = performance.now();
    const outcome = await attemptDelivery(claim, opened, this.#options.around);
    const tookMs = performance.now() - begunAt;
    this.#meanMs = this.#meanMs === null ? tookMs : this.#meanMs + (tookMs - this.#meanMs) / 8;
    const written = this.#keep({ claim, opened, outcome, begunAt }).finally(() => this.#writing.delete(written));
    this.#writing.add(written);
    if (outcome.outcome !== 'sent' && outcome.outcome !== 'acknowledged') await written;
  }

  async #keep(ended: Parameters<OutcomeWriter['keep']>[0]): Promise<void> {
    const isPaused = await this.#writer.keep(ended);
    this.#inHand -= 1;
    if (isPaused) this.#halt();
    else if (this.#inHand <= this.#enough()) this.#fewLeft?.resolve();
  }

  #enough(): number {
    return Math.floor(aheadOf(this.#concurrency, this.#meanMs) / 2);
  }

  #halt(): void {
    this.#isHalted = true;
    this.#fewLeft?.resolve();
  }

  /** Half of what is in hand is taken anew at a time: one by one would cost a transaction for each message. */
  async #untilFewLeft(): Promise<void> {
    if (this.#inHand <= this.#enough() || this.#isOver()) return;
    this.#fewLeft = Promise.withResolvers<void>();
    await this.#fewLeft.promise;
    this.#fewLeft = null;
  }

  async #finish(): Promise<void> {
    // What can still go goes; what may not is put back before the slowest attempt has ended.
    if (this.#isOver()) await this.#putBack();
    while (this.#lanes.size > 0) await Promise.race(this.#lanes);
    await Promise.all(this.#writing);
    await this.#putBack();
  }

  async #putBack(): Promise<void> {
    const left = this.#waiting;
    this.#waiting = [];
    this.#inHand -= left.length;
    if (left.length > 0) await transaction(this.#options.context, () => putBack(left.map(({ claim }) => claim)));
  }
}
