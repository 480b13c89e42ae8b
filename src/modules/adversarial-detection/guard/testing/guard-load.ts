/** For benches: a process of its own that is both the model behind a guard and its callers. Started with fork. */
import { Agent, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

export type LoadOrder = {
  readonly url: string;
  /** Asked in turn; those of the last order when there are none: sending megabytes of them is work for who is measured. */
  readonly bodies?: readonly string[];
  readonly perSecond: number;
  readonly seconds: number;
};
export type LoadReport = {
  /** Milliseconds of each request from sending to the last byte, in rising order. */
  readonly ms: readonly number[];
  /** What the guard says of its own time, in rising order; empty when the model was asked directly. */
  readonly addedMs: readonly number[];
  readonly statuses: Readonly<Record<string, number>>;
};

/** Says what the request asks it to say. */
const model = createServer((incoming, response) => {
  const chunks: Buffer[] = [];
  incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
  incoming.on('end', () => {
    const { label } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { label: string };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ label, p: 0.95 }));
  });
});

const agent = new Agent({ keepAlive: true, maxSockets: 64 });
type Answered = { readonly ms: number; readonly status: number; readonly added: number | null };
function post(url: string, body: Buffer): Promise<Answered> {
  const from = performance.now();
  const { promise, resolve, reject } = Promise.withResolvers<Answered>();
  const headers = { 'content-type': 'application/json', 'content-length': body.length };
  const sent = request(url, { method: 'POST', agent, headers }, (answer) => {
    answer.on('end', () => {
      const given = answer.headers['x-guard-added-ms'];
      resolve({ ms: performance.now() - from, status: answer.statusCode ?? 0, added: typeof given === 'string' ? Number(given) : null });
    });
    answer.resume();
  });
  sent.on('error', reject);
  sent.end(body);
  return promise;
}

/** Outside the heap: strings would be copied by the first collections, and the callers' pauses be taken for the guard's. */
let kept: readonly Buffer[] = [];
const nothing = Buffer.from('{}');

/** So many a second whatever becomes of them: who waits for answers measures too little. */
async function run({ url, bodies, perSecond, seconds }: LoadOrder): Promise<LoadReport> {
  if (bodies !== undefined) kept = bodies.map((body) => Buffer.from(body));
  const asked: Promise<Answered>[] = [];
  const from = performance.now();
  await new Promise<void>((done) => {
    const timer = setInterval(() => {
      const due = Math.min(perSecond * seconds, ((performance.now() - from) / 1000) * perSecond);
      while (asked.length < due) asked.push(post(url, kept[asked.length % kept.length] ?? nothing));
      if (asked.length < perSecond * seconds) return;
      clearInterval(timer);
      done();
    }, 1);
  });
  const answers = await Promise.all(asked);
  const statuses: Record<string, number> = {};
  for (const { status } of answers) statuses[status] = (statuses[status] ?? 0) + 1;
  const rising = (values: number[]): number[] => values.sort((one, other) => one - other);
  return {
    ms: rising(answers.map(({ ms }) => ms)),
    addedMs: rising(answers.flatMap(({ added }) => (added === null ? [] : [added]))),
    statuses,
  };
}

process.on('disconnect', () => process.exit(0));
process.on('message', (order: LoadOrder) => void run(order).then((report) => process.send?.(report)));
model.listen(0, '127.0.0.1', () => process.send?.({ port: (model.address() as AddressInfo).port }));
