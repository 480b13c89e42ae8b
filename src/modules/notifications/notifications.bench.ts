/** Deliveries that must not be lost while receivers fail and workers are killed, and storms that must not bury a person. */
import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Severity } from '../../contract/severity.ts';
import { addDestination } from './contract.ts';
import { enqueue } from './deliveries/enqueue.ts';
import { TestNotifications } from './test-notifications.ts';
import type { WorkerOrder } from './testing/delivery-worker.ts';
import { FiveReceivers } from './testing/five-receivers.ts';
import { accepted, HttpReceiver } from './testing/http-receiver.ts';

const kills = 3;
const longestMs = 1_500_000;

async function withNotifications<T>(work: (notifications: TestNotifications) => Promise<T>): Promise<T> {
  const ends: (() => Promise<void>)[] = [];
  try {
    return await work(await TestNotifications.open({ after: (end) => void ends.unshift(end) }));
  } finally {
    for (const end of ends) await end();
  }
}

function startWorker(order: WorkerOrder): ChildProcess {
  const child = fork(join(import.meta.dirname, 'testing/delivery-worker.ts'), [], { stdio: 'inherit' });
  child.send(order);
  return child;
}
const exited = (child: ChildProcess): Promise<void> => new Promise((resolve) => child.once('exit', () => resolve()));

/** @returns ids of destinations, `each` of every channel */
async function destinations(notifications: TestNotifications, receivers: FiveReceivers, each: number): Promise<string[]> {
  const ids: string[] = [];
  const storm = { coalesce: false, perMinute: 6000, burst: 1000 };
  for (let copy = 0; copy < each; copy += 1)
    for (const address of receivers.addresses())
      ids.push((await notifications.ask(addDestination, { name: `${address.channel} ${copy}`, address, storm })).id);
  return ids;
}

/** As many rows for each destination, ten incidents of ordering keys among them. */
async function fill({ base }: TestNotifications, ids: readonly string[], rows: number): Promise<void> {
  const message = {
    what: 'A bench',
    where: 'Here',
    howBad: 'Low',
    done: 'Nothing',
    link: 'https://spm.example.test/',
    action: 'trigger',
    subject: 'bench',
  };
  for (const id of ids)
    await base.owner.query(
      `insert into notifications.outbox (workspace_id, event_id, destination_id, ordering_key, event, severity, rank, title, message, urgent, expires_at)
       select $1, uuidv7(), $2, case when n % 50 = 0 then 'incident-' || n % 10 else 'message-' || n end, 'alert.raised', 'medium', 2, 'Message ' || n, $3, false, now() + interval '24 hours'
       from generate_series(1, $4::int) as n`,
      [base.workspaceId, id, JSON.stringify(message), rows],
    );
}

/** The servers of tests never look after themselves; one of an installation knows its tables within a minute and clears what is over. */
async function tended<T>({ base }: TestNotifications, work: () => Promise<T>): Promise<T> {
  const set = async (change: string): Promise<void> => {
    await base.owner.query(`alter system ${change}`);
    await base.owner.query('select pg_reload_conf()');
  };
  await base.owner.query('analyze notifications.outbox');
  await set('set autovacuum = on');
  try {
    return await work();
  } finally {
    await set('reset autovacuum');
  }
}

/** `lost` holds those that `wait` still. */
type Tally = { lost: number; wait: number; strange: number; copies: number };

async function deliverAll(messages: number, each: number): Promise<Tally> {
  return await withNotifications(async (notifications) => {
    const receivers = await new FiveReceivers(0.2).open();
    try {
      notifications.allow(...receivers.hosts.map((host) => Number(host.split(':')[1])));
      const ids = await destinations(notifications, receivers, each);
      await fill(notifications, ids, messages / ids.length);
      await tended(notifications, () => runWorkers(notifications, orderOf(notifications, receivers), messages));
      return await tally(notifications, receivers);
    } finally {
      await receivers.close();
    }
  });
}

function orderOf({ base }: TestNotifications, receivers: FiveReceivers): WorkerOrder {
  const environment = {
    LOG_LEVEL: 'silent',
    LOG_DIR: '',
    SESSION_SECRET: 'for tests only, for tests only, 1',
    PUBLIC_URL: 'https://spm.example.test',
  };
  const places = { pagerdutyUrl: receivers.pager.url, twilioUrl: receivers.twilio.http.url };
  return { target: base.target, environment, hosts: receivers.hosts, ...places, ca: [receivers.mail.cert] };
}

type Used = { readonly cpu: NodeJS.CpuUsage; readonly peakKiB: number };
/** Kills the worker at a quarter, half and three quarters of the way: by signal 9, in the midst of whatever it does. */
async function runWorkers({ base }: TestNotifications, order: WorkerOrder, messages: number): Promise<void> {
  let child = startWorker(order);
  let killed = 0;
  let [over, begunWith] = [0, 0];
  for (const end = Date.now() + longestMs; Date.now() < end; await sleep(200)) {
    const { rows } = await base.owner.query<{ over: number }>(
      `select count(*)::int as over from notifications.outbox where state <> 'queued'`,
    );
    over = rows[0]?.over ?? 0;
    if (over === messages) break;
    if (killed >= kills || over < (messages * (killed + 1)) / (kills + 1)) continue;
    killed += 1;
    child.kill('SIGKILL');
    await exited(child);
    child = startWorker(order);
    begunWith = over;
  }
  const told = new Promise<Used>((resolve) => child.once('message', resolve));
  child.send('stop');
  const { cpu, peakKiB } = await told;
  await exited(child);
  const used = `${((cpu.user + cpu.system) / 1e6).toFixed(1)} s of processor time and at most ${Math.round(peakKiB / 1024)} MiB`;
  process.stdout.write(`  killed ${killed} times; the last worker used ${used} for ${over - begunWith} messages\n`);
}

async function tally({ base }: TestNotifications, receivers: FiveReceivers): Promise<Tally> {
  const { rows } = await base.owner.query<{ id: string; state: string; channel: string }>(
    'select o.id, o.state, d.channel from notifications.outbox o join notifications.destination d on d.id = o.destination_id',
  );
  const taken = receivers.takenByKey();
  const keyOf = ({ id, channel }: { id: string; channel: string }) => (channel === 'sms' ? id.slice(-12) : id);
  const known = new Set(rows.map(keyOf));
  return {
    lost: rows.filter((row) => row.state === 'queued' || row.state === 'dead' || !taken.has(keyOf(row))).length,
    wait: rows.filter(({ state }) => state === 'queued').length,
    strange: [...taken.keys()].filter((key) => !known.has(key)).length,
    copies: [...taken.values()].reduce((sum, count) => sum + count - 1, 0),
  };
}

async function lostOf(messages: number, each: number): Promise<number> {
  const begun = performance.now();
  const { lost, wait, strange, copies } = await deliverAll(messages, each);
  const seconds = Math.round((performance.now() - begun) / 1000);
  process.stdout.write(
    `  ${messages} messages in ${seconds} s, ${wait} of them wait still, ${copies} copies under the key of their message, ${strange} under none\n`,
  );
  return lost + strange;
}

/** How many messages a person gets of 10,000 alerts; endless when the one critical is not the first. */
async function storm(): Promise<number> {
  return await withNotifications(async (notifications) => {
    const there = await new HttpReceiver(() => accepted).open();
    try {
      notifications.allow(there.port);
      const { id } = await notifications.ask(addDestination, {
        name: 'person',
        address: { channel: 'slack', webhookUrl: `${there.url}/x` },
      });
      for (let batch = 0; batch < 10; batch += 1)
        await notifications.run(async () => {
          for (let index = batch * 1000; index < (batch + 1) * 1000; index += 1) {
            const severity: Severity = index === 7777 ? 'critical' : index % 3 === 0 ? 'medium' : 'low';
            const own = {
              title: `Alert ${index}`,
              severity,
              assetId: randomUUID(),
              fingerprint: `kind ${index % 500}`,
              orderingKey: `alert ${index}`,
            };
            await enqueue(notifications.news(own), [{ id, coalesceRepeats: true, quiet: [] }]);
          }
        });
      await notifications.deliverUntil(
        async () => {
          const { rows } = await notifications.base.owner.query<{ left: number }>(
            `select count(*)::int as left from notifications.outbox where state = 'queued' and held is null`,
          );
          return rows[0]?.left === 0;
        },
        { mostMs: 180_000 },
      );
      const [first] = there.taken;
      return first?.body.includes('Critical: Alert 7777') === true ? there.taken.length : Number.POSITIVE_INFINITY;
    } finally {
      await there.close();
    }
  });
}

const large = {
  name: 'Notifications lost of 100,000 messages over five channels, 20 % faults, three kill -9',
  bar: 0,
  unit: 'messages',
  run: () => lostOf(100_000, 5),
};
export const benches = [
  {
    name: 'Notifications lost of 10,000 messages over five channels, 20 % faults, three kill -9',
    bar: 0,
    unit: 'messages',
    run: () => lostOf(10_000, 1),
  },
  { name: 'Notifications a person gets of 10,000 alerts in a minute, the critical one first', bar: 20, unit: 'messages', run: storm },
  // Takes many minutes: only when it is asked for by name.
  ...(process.argv.join(' ').includes('100,000') ? [large] : []),
];
