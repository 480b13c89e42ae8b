/**
 * The loop that delivers. Each destination has a round of its own, so that a slow receiver holds up nobody else; several
 * processes may run one, and the database decides who takes what.
 */
import type { Context } from '../../../contract/actor.ts';
import { systemActor } from '../../../platform/actors.ts';
import { systemTransaction, transaction } from '../../../platform/database/database.ts';
import { publish } from '../../../platform/events/publish.ts';
import { OutsideConnections } from '../../../platform/http/outside-connections.ts';
import { newTraceId } from '../../../platform/http/trace.ts';
import { log } from '../../../platform/log.ts';
import { Loop } from '../../../platform/loop.ts';
import type { Surroundings } from '../channels/channel.ts';
import { type Desk, destinationsDue, expireOverdue } from './claim-store.ts';
import { buryLetter, presentSurroundings } from './deliver.ts';
import { deliveriesMoved } from './delivery-contract.ts';
import { Round } from './round.ts';
import { installWaker } from './wake.ts';

const pollMs = 1000;
const mostDestinations = 32;
const expireEveryMs = 30_000;
const tellEveryMs = 1000;

type Place = { readonly workspaceId: string; readonly destinationId: string };
/** Shorter than servers and what stands before them keep theirs, so that what may not be asked twice rarely meets one that is gone. */
const keptConnectionMs = 4000;

export class Deliverer {
  readonly #around: Surroundings;
  readonly #connections = new OutsideConnections(keptConnectionMs);
  readonly #busy = new Map<string, Promise<void>>();
  readonly #expiredAt = new Map<string, number>();
  readonly #toldAt = new Map<string, number>();
  readonly #loop: Loop;
  #isStopping = false;

  constructor(around: Surroundings = presentSurroundings(), idleMs = pollMs) {
    this.#around = { ...around, connections: this.#connections };
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
    this.#connections.close();
  }

  /** Starts a round for each destination that has something due and none running here. */
  async #start(): Promise<boolean> {
    const room = mostDestinations - this.#busy.size;
    if (room <= 0) return false;
    const places = await systemTransaction(() => destinationsDue(room, [...this.#busy.keys()]), { readOnly: true });
    for (const place of places) this.#begin(place);
    return false;
  }

  /** Where nothing could be taken (another process is at it, or all of it waits for one before) the next look is that of the poll. */
  #begin(place: Place): void {
    const work = this.#work(place)
      .catch((error: unknown) => {
        log('error').error(
          { error, code: 'notifications.roundFailed', destinationId: place.destinationId },
          'A round of deliveries failed',
        );
        return false;
      })
      .then((hasTaken) => {
        this.#busy.delete(place.destinationId);
        if (hasTaken) this.#loop.wake();
      });
    this.#busy.set(place.destinationId, work);
  }

  async #work(place: Place): Promise<boolean> {
    const { destinationId } = place;
    const context = contextOf(place);
    const round = new Round({
      ...{ destinationId, context, around: this.#around },
      isStopping: () => this.#isStopping,
      beforeTaking: (desk) => this.#expire(desk),
    });
    const hasTaken = await round.run();
    if (hasTaken) await this.#tell(place, context);
    return hasTaken;
  }

  async #expire(desk: Desk): Promise<void> {
    const now = performance.now();
    if (now - (this.#expiredAt.get(desk.destinationId) ?? Number.NEGATIVE_INFINITY) < expireEveryMs) return;
    this.#expiredAt.set(desk.destinationId, now);
    for (const letter of await expireOverdue(desk.destinationId)) await buryLetter(letter, desk, 'Not delivered within 24 hours.');
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
