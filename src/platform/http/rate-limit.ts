/** How many requests a caller may send: a fixed window of a minute for each address, counted in this process. */
import { isIPv4, isIPv6 } from 'node:net';
import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction } from 'fastify';
import { commonProblems } from '../../contract/problem.ts';

const windowMs = 60_000;
/** Callers of one generation. Two are kept, so memory is bounded whoever sends. */
const mostCallers = 50_000;

type Window = { began: number; count: number };
export type Allowance = { readonly remaining: number; readonly exceeded: boolean; readonly secondsLeft: number };

/** A class, because it counts over time. */
export class RateLimit {
  readonly perMinute: number;
  /** Who sent something since the generation began, and who did in the one before: nothing has to be searched for what is old. */
  #present = new Map<string, Window>();
  #former = new Map<string, Window>();
  #began = Number.NEGATIVE_INFINITY;

  constructor(perMinute: number) {
    this.perMinute = perMinute;
  }

  /** Counts one request of an address at a time in milliseconds. */
  count(address: string, now: number): Allowance {
    const window = this.#windowOf(callerOf(address), now);
    window.count += 1;
    return {
      remaining: Math.max(0, this.perMinute - window.count),
      exceeded: window.count > this.perMinute,
      secondsLeft: Math.ceil((window.began + windowMs - now) / 1000),
    };
  }

  #windowOf(caller: string, now: number): Window {
    if (now - this.#began >= windowMs || this.#present.size >= mostCallers) {
      this.#former = this.#present;
      this.#present = new Map();
      this.#began = now;
    }
    const present = this.#present.get(caller);
    const known = present ?? this.#former.get(caller);
    const window = known !== undefined && known.began + windowMs > now ? known : { began: now, count: 0 };
    if (window !== present) this.#present.set(caller, window);
    return window;
  }
}

/** IPv6 hosts own a /64 at least: its 2^64 addresses are one caller. An IPv4 address in IPv6 clothes is itself. */
export function callerOf(address: string): string {
  if (!address.includes(':')) return address;
  const bare = address.split('%', 1)[0] ?? address;
  const inside = bare.toLowerCase().startsWith('::ffff:') ? bare.slice(7) : '';
  if (isIPv4(inside)) return inside;
  if (!isIPv6(bare)) return address;
  const [head = '', tail] = bare.toLowerCase().split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : 8 - left.length - right.length;
  const groups = [...left, ...Array<string>(zeros).fill('0'), ...right];
  return `${groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')}::/64`;
}

/** Counts the requests of a route, says in each answer how many are left, and refuses the surplus. */
export function limitHook(rate: RateLimit): (request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction) => void {
  return (request, reply, done) => {
    const { remaining, exceeded, secondsLeft } = rate.count(request.ip, Date.now());
    reply.header('x-ratelimit-limit', rate.perMinute).header('x-ratelimit-remaining', remaining).header('x-ratelimit-reset', secondsLeft);
    if (exceeded) done(commonProblems.tooMany({ seconds: secondsLeft }, { retryAfterSeconds: secondsLeft }));
    else done();
  };
}
