/** Connections to outside addresses that are kept between requests, each only for requests whose own look-up led to the same address. */
import { type Agent, Agent as PlainAgent } from 'node:http';
import { Agent as SecureAgent } from 'node:https';
import type { Place } from './outside-address.ts';

/** Places at a time; the longest unused one goes first. */
const mostPlaces = 200;
const usual = { keepAlive: true, maxSockets: 256, maxFreeSockets: 32 } as const;

/**
 * State with a lifetime. A name is still asked for and judged at every request: what is kept is found by the address that this judged, so
 * that a name which leads elsewhere by now never meets a connection of before.
 */
export class OutsideConnections {
  readonly #agents = new Map<string, Agent>();
  readonly #idleMs: number;

  /** @param idleMs how long one that nobody uses is kept; where nothing may be asked twice, shorter than the other side keeps it */
  constructor(idleMs = 30_000) {
    this.#idleMs = idleMs;
  }

  agentFor({ protocol, host }: URL, { address }: Place): Agent {
    const key = `${protocol}//${host} ${address}`;
    const options = { ...usual, timeout: this.#idleMs };
    const agent = this.#agents.get(key) ?? (protocol === 'https:' ? new SecureAgent(options) : new PlainAgent(options));
    // Moved to the end.
    this.#agents.delete(key);
    this.#agents.set(key, agent);
    const [oldest] = this.#agents;
    if (oldest !== undefined && this.#agents.size > mostPlaces) {
      oldest[1].destroy();
      this.#agents.delete(oldest[0]);
    }
    return agent;
  }

  close(): void {
    for (const agent of this.#agents.values()) agent.destroy();
    this.#agents.clear();
  }
}
