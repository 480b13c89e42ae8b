/** The rest of a body that was refused. */
import type { IncomingMessage } from 'node:http';

const mostBytes = 16 * 2 ** 20;
const longestMs = 1000;

/**
 * Reads what a caller still sends and keeps none of it, up to 16 MiB and a second. A connection that is closed while its caller writes is
 * reset, and the answer that was on its way is lost: they would learn that writing failed, and not why (RFC 9112, 9.6).
 */
export function readAway(incoming: IncomingMessage): Promise<void> {
  if (incoming.complete || incoming.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    let read = 0;
    const count = (chunk: Buffer): void => {
      read += chunk.length;
      if (read > mostBytes) end();
    };
    const end = (): void => {
      clearTimeout(timer);
      incoming.off('data', count).off('end', end).off('close', end);
      resolve();
    };
    const timer = setTimeout(end, longestMs);
    incoming.on('data', count).once('end', end).once('close', end);
  });
}
