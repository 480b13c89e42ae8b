/** For tests: a receiver over HTTP on this machine that fails as it is told. */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

export type Received = { readonly method: string; readonly path: string; readonly headers: IncomingHttpHeaders; readonly body: string };
/** What it does with one request. `lost`: taken, and the connection broken before the answer. `silent`: taken, never answered. */
export type Reaction =
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string }
  | 'reset'
  | 'lost'
  | 'silent';

export class HttpReceiver {
  /** What it took, whatever it answered. */
  readonly taken: Received[] = [];
  /** What it saw and refused by breaking the connection. */
  resets = 0;
  react: (received: Received) => Reaction;
  readonly #server: Server;

  constructor(react: (received: Received) => Reaction) {
    this.react = react;
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  async open(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }
  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer);
    } catch {
      // Whoever asked went away: nothing was taken.
      return;
    }
    const { method = '', url = '', headers } = request;
    const received = { method, path: url, headers, body: Buffer.concat(chunks).toString('utf8') };
    const reaction = this.react(received);
    if (reaction === 'reset') {
      this.resets += 1;
      request.socket.destroy();
      return;
    }
    this.taken.push(received);
    if (reaction === 'silent') return;
    if (reaction === 'lost') request.socket.destroy();
    else response.writeHead(reaction.status, reaction.headers).end(reaction.body ?? '');
  }
}

export const accepted: Reaction = { status: 200, body: 'ok' };
