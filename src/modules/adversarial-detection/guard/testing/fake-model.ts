/** For tests and benches of guards: a model behind HTTP on this machine, and requests as a key sends them. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RelayAnswer } from '../../../../platform/http/handle.ts';
import type { TestDetection } from '../../test-detection.ts';
import { guardInfer } from '../guard-contract.ts';

export type Said = {
  status?: number;
  headers?: Record<string, string>;
  /** An object is sent as JSON. */
  body?: unknown;
  afterMs?: number;
};
export type Heard = { readonly body: string; readonly headers: Readonly<Record<string, string | string[] | undefined>> };

/** Says what it is told to, and remembers what it was asked. */
export class FakeModel {
  readonly heard: Heard[] = [];
  says: (body: string) => Said = () => ({ body: {} });
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks).toString('utf8');
        this.heard.push({ body, headers: request.headers });
        const { status = 200, headers = { 'content-type': 'application/json' }, body: said = {}, afterMs = 0 } = this.says(body);
        const text = typeof said === 'string' ? said : JSON.stringify(said);
        const answer = () => response.writeHead(status, headers).end(text);
        if (afterMs === 0) answer();
        else setTimeout(answer, afterMs).unref();
      });
    });
  }

  async open(): Promise<string> {
    await new Promise<void>((done) => this.#server.listen(0, '127.0.0.1', done));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/infer`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }
}

export type Sent = { readonly key?: string; readonly headers?: Readonly<Record<string, string>>; readonly text?: string };
/** One request through a guard, as a key of an engineer sends it. */
export async function throughGuard(
  detection: TestDetection,
  name: string,
  body: unknown,
  { key = 'key-1', headers = {}, text }: Sent = {},
): Promise<RelayAnswer & { readonly json: Record<string, unknown> }> {
  const { actor, ...rest } = detection.person('engineer');
  const context = {
    ...rest,
    actor: { ...actor, credential: { kind: 'api-key' as const, id: key } },
    bytes: Buffer.from(text ?? JSON.stringify(body)),
    header: (asked: string) => headers[asked],
  };
  const answer = (await detection.ask(guardInfer, { name }, context)) as RelayAnswer;
  const shown = Buffer.from(answer.bytes).toString('utf8');
  return { ...answer, json: shown.startsWith('{') ? JSON.parse(shown) : {} };
}
