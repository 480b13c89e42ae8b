/**
 * Connections whose read-only transaction has done its work but was not ended. The next transaction ends it on its way in,
 * which spares a round trip and the pool's bookkeeping; when none comes within a moment, it is ended here.
 */
import type pg from 'pg';

/** How long the end of a read-only transaction may wait for a next one to carry it. */
const carriedForMs = 10;

type Left = { readonly client: pg.PoolClient; readonly since: number };

/** A class, because it holds connections over time. */
export class OpenReaders {
  /** Oldest first. */
  readonly #left: Left[] = [];
  #rounds: NodeJS.Timeout | null = null;

  /** Takes a connection over. Statements of one connection keep their order, so the last may still be running. */
  leave(client: pg.PoolClient): void {
    this.#left.push({ client, since: performance.now() });
    this.#rounds ??= setTimeout(() => this.#endOld(), carriedForMs).unref();
  }

  /** The connection left last, whose transaction the caller must end; null when there is none. */
  take(): pg.PoolClient | null {
    return this.#left.pop()?.client ?? null;
  }

  /** Ends every transaction and gives the connections back. */
  endAll(): void {
    if (this.#rounds !== null) clearTimeout(this.#rounds);
    this.#rounds = null;
    for (const { client } of this.#left.splice(0)) endReader(client);
  }

  #endOld(): void {
    const oldest = performance.now() - carriedForMs;
    const fresh = this.#left.findIndex(({ since }) => since > oldest);
    for (const { client } of this.#left.splice(0, fresh < 0 ? this.#left.length : fresh)) endReader(client);
    this.#rounds = this.#left.length === 0 ? null : setTimeout(() => this.#endOld(), carriedForMs).unref();
  }
}

/** Ends the transaction and gives the connection back. Not waited for: whoever gets the connection next speaks after this. */
export function endReader(client: pg.PoolClient): void {
  client.query('commit').catch(() => {});
  client.release();
}
