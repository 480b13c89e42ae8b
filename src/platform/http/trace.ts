/** Correlation ids: W3C trace context (https://www.w3.org/TR/trace-context/). */
import { randomBytes } from 'node:crypto';

const traceparent = /^00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$/;

/** The caller's trace id when it sent a valid one, else a new one: 32 hexadecimal digits. */
export function traceIdOf(header: string | string[] | undefined): string {
  const given = typeof header === 'string' ? traceparent.exec(header)?.[1] : undefined;
  return given !== undefined && !/^0+$/.test(given) ? given : newTraceId();
}

export function newTraceId(): string {
  return randomBytes(16).toString('hex');
}

export function traceparentOf(traceId: string): string {
  return `00-${traceId}-${randomBytes(8).toString('hex')}-01`;
}
