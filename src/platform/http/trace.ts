/** Correlation ids: W3C trace context (https://www.w3.org/TR/trace-context/). */
import { randomFillSync } from 'node:crypto';

const traceparent = /^00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$/;

/** The caller's trace id when it sent a valid one, else a new one: 32 hexadecimal digits. */
export function traceIdOf(header: string | string[] | undefined): string {
  const given = typeof header === 'string' ? traceparent.exec(header)?.[1] : undefined;
  return given !== undefined && !/^0+$/.test(given) ? given : newTraceId();
}

export function newTraceId(): string {
  return randomHex(16);
}

/** Random bytes are fetched in blocks: one system call for hundreds of ids. */
const pool = Buffer.alloc(4096);
let used = pool.length;
function randomHex(bytes: number): string {
  if (used + bytes > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += bytes;
  return pool.toString('hex', used - bytes, used);
}

export function traceparentOf(traceId: string): string {
  return `00-${traceId}-${randomHex(8)}-01`;
}
