/**
 * The loop that delivers. Each destination has a round of its own, so that a slow receiver holds up nobody else; several
 * processes may run one, and the database decides who takes what.
 */
import type { Context } from '../../../contract/actor.ts';
import { systemActor } from '../../../platform/actors.ts';
import { systemTransaction, transaction } from '../../../platform/database/database.ts';
import { publish } from '../../../platform/events/publish.ts';
import { newTraceId } from '../../../platform/http/trace.ts';
import { log } from '../../../platform/log.ts';
import { Loop } from '../../../platform/loop.ts';
import { channelOf } from '../channels/all.ts';
import type { Surroundings } from '../channels/channel.ts';
import { type Claim, claimDue, type Desk, destinationsDue, expireOverdue, lockDesk } from './claim-store.ts';
import { attemptDelivery, buryLetter, type Opened, openAddress, presentSurroundings } from './deliver.ts';
import { deliveriesMoved } from './delivery-contract.ts';
import { OutcomeWriter } from './outcome-writer.ts';
import { installWaker } from './wake.ts';

const pollMs = 1000;
const mostDestinations = 32;
const expireEveryMs = 30_000;
const tellEveryMs = 1000;

type Place = { readonly workspaceId: string; readonly destinationId: string };
type Round = { readonly opened: Opened; readonly claims: readonly Claim[] };

export class Deliverer {
  readonly #around: Surroundings;
  readonly #busy = new Map<string, Promise<void>>();
  readonly #expiredAt = new Map<string, number>();
  readonly #toldAt = new Map<string, number>();
  readonly #loop: Loop;
  #isStopping = false;

  constructor(around: Surroundings = presentSurroundings(), idleMs = pollMs) {
    this.#around = around;
    this.#loop = new Loop('notifications.delivery', idleMs, () => this.#start());
  }

  wake(): void {
    this.#loop.wake();
  }

  /** Takes nothing more and waits for what is under way, which its time-outs bound. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#loop.stop();
    await Promise.all(this.#busy.values());
    this.#around.mailPools.close();
  }

  /** Starts a round for each destination that has something due and none running here. */
  async #start(): Promise<boolean> {
    const room = mostDestinations - this.#busy.size;
    if (room <= 0) return false;
    const places = await systemTransaction(() => destinationsDue(room + this.#busy.size), { readOnly: true });
    for (const place of places.filter(({ destinationId }) => !this.#busy.has(destinationId)).slice(0, room)) this.#begin(place);
    return false;
  }

  #begin(place: Place): void {
    const work = this.#rounds(place)
      .catch((error: unknown) => {
        log('error').error(
          { error, code: 'notifications.roundFailed', destinationId: place.destinationId },
          'A round of deliveries failed',
        );
      })
      .finally(() => {
        this.#busy.delete(place.destinationId);
        this.#loop.wake();
      });
    this.#busy.set(place.destinationId, work);
  }

  /** As many messages at a time as the channel bears: a new one is taken when one is done. */
  async #rounds(place: Place): Promise<void> {
    const context = contextOf(place);
    const writer = new OutcomeWriter(place.destinationId, context);
    const underWay = new Set<Promise<void>>();
    let mostBusy = 0;
    for (let isMore = true; isMore && !this.#isStopping; ) {
      const round = await this.#claim(place, context, underWay.size);
      isMore = round !== null;
      for (const claim of round?.claims ?? []) {
        const work = this.#deliver(claim, round?.opened, writer).finally(() => underWay.delete(work));
        underWay.add(work);
      }
      mostBusy = Math.max(mostBusy, underWay.size);
      // Half of the places are filled again at a time: taking one by one would cost a transaction for each message.
      while (isMore && underWay.size > mostBusy / 2) await Promise.race(underWay);
    }
    await Promise.all(underWay);
    await this.#tell(place, context);
  }

  async #claim(place: Place, context: Context, underWay: number): Promise<Round | null> {
    return await transaction(context, async () => {
      const desk = await lockDesk(place.destinationId);
      if (desk === null) return null;
      await this.#expire(desk);
      const claims = await claimDue(desk, Math.max(1, channelOf(desk.channel).concurrency - underWay));
      return claims.length === 0 ? null : { opened: await openAddress(desk, desk.settings, desk.rotatingUntil), claims };
    });
  }

  async #expire(desk: Desk): Promise<void> {
    const now = performance.now();
    if (now - (this.#expiredAt.get(desk.destinationId) ?? Number.NEGATIVE_INFINITY) < expireEveryMs) return;
    this.#expiredAt.set(desk.destinationId, now);
    for (const letter of await expireOverdue(desk.destinationId)) await buryLetter(letter, desk, 'Not delivered within 24 hours.');
  }

  async #deliver(claim: Claim, opened: Opened | undefined, writer: OutcomeWriter): Promise<void> {
    if (opened === undefined) return;
    await writer.keep({ claim, opened, outcome: await attemptDelivery(claim, opened, this.#around) });
  }

  /** For pages; once a second is enough. */
  async #tell({ destinationId }: Place, context: Context): Promise<void> {
    const now = performance.now();
    if (now - (this.#toldAt.get(destinationId) ?? Number.NEGATIVE_INFINITY) < tellEveryMs) return;
    this.#toldAt.set(destinationId, now);
    await transaction(context, () => publish(deliveriesMoved, { destinationId }));
  }
}

function contextOf({ workspaceId }: Place): Context {
  return {
    actor: systemActor(workspaceId, 'notifications.delivery'),
    traceId: newTraceId(),
    signal: new AbortController().signal,
    address: null,
    userAgent: null,
  };
}

/** Starts delivering in this process. */
export function startDeliveries(): { stop(): Promise<void> } {
  const deliverer = new Deliverer();
  installWaker(() => deliverer.wake());
  return {
    async stop() {
      installWaker(null);
      await deliverer.stop();
    },
  };
}
