/** For tests of this slice: a database of its own, people of every role, and whoever delivers, started for as long as it is needed. */
import type { Context } from '../../contract/actor.ts';
import type { Endpoint, InputOf, OutputOf } from '../../contract/endpoint.ts';
import { Permission, type Role } from '../../contract/permission.ts';
import { withContext } from '../../platform/ambient.ts';
import { type AuditRecord, installAuditSink } from '../../platform/audit.ts';
import { overrideEnvironment } from '../../platform/config.ts';
import { inDatabase, transaction } from '../../platform/database/database.ts';
import { type TestDatabase, testDatabase } from '../../platform/database/test-database.ts';
import { call, forgetLocalRoutes, serveLocally } from '../../platform/http/call.ts';
import type { Route } from '../../platform/http/handle.ts';
import { installTransactions } from '../../platform/http/run-route.ts';
import type { Surroundings } from './channels/channel.ts';
import { mailPools } from './channels/email.ts';
import { addDestination, type Delivery, listDeliveries } from './contract.ts';
import { Deliverer } from './deliveries/deliverer.ts';
import { enqueue } from './deliveries/enqueue.ts';
import type { News } from './deliveries/message.ts';
import { routes } from './routes.ts';
import { testNews } from './templates/test.ts';

type Owner = Parameters<typeof testDatabase>[0];

/** As catalog/permissions.yaml grants them. */
const granted: Readonly<Record<Role, readonly string[]>> = {
  admin: ['create', 'read', 'update', 'delete'],
  ciso: ['create', 'read', 'update'],
  analyst: ['read', 'update'],
  compliance_officer: ['read'],
  engineer: ['read'],
  auditor: ['read'],
};

/** Signs nothing but tests: `whsec_` and base64 of 24 equal bytes. */
export const testSecret = (fill: number): string => `whsec_${Buffer.alloc(24, fill).toString('base64')}`;

export class TestNotifications {
  readonly base: TestDatabase;
  readonly audited: AuditRecord[] = [];
  /** host:port of receivers on this machine. */
  readonly hosts = new Set<string>();
  around: Partial<Surroundings> = {};
  #count = 0;

  constructor(base: TestDatabase) {
    this.base = base;
  }

  static async open(t: Owner, more: readonly Route[] = []): Promise<TestNotifications> {
    const own = {
      LOG_LEVEL: 'silent',
      LOG_DIR: '',
      SESSION_SECRET: 'for tests only, for tests only, 1',
      PUBLIC_URL: 'https://spm.example.test',
    };
    overrideEnvironment(own);
    installTransactions(transaction);
    const notifications = new TestNotifications(await testDatabase(t));
    installAuditSink(async (record) => void notifications.audited.push(record));
    serveLocally([...routes, ...more]);
    t.after(async () => {
      forgetLocalRoutes();
      // Empty is as good as unset.
      overrideEnvironment(Object.fromEntries([...Object.keys(own), 'OUTBOUND_HOSTS'].map((name) => [name, ''])));
    });
    return notifications;
  }

  /** Receivers on this machine are named, as an administrator would. */
  allow(...ports: readonly number[]): void {
    for (const port of ports) this.hosts.add(`127.0.0.1:${port}`);
    overrideEnvironment({ OUTBOUND_HOSTS: [...this.hosts].join(',') });
  }

  surroundings(): Surroundings {
    return {
      ...{
        hosts: this.hosts,
        pagerdutyUrl: null,
        twilioUrl: null,
        callbackBase: 'https://spm.example.test',
        mailPools: mailPools(),
        timeoutMs: 400,
      },
      ...this.around,
    };
  }

  person(role: Role, workspaceId = this.base.workspaceId): Context {
    const { actor, ...context } = this.base.context(workspaceId);
    const permissions = new Set(granted[role].map((act) => Permission.parse(`notifications:${act}`)));
    return { ...context, actor: { ...actor, kind: 'user', id: `${role}-person`, role, permissions } };
  }

  within<T>(work: (context: Context) => Promise<T>, context: Context = this.base.context()): Promise<T> {
    return inDatabase(this.base.database, () => withContext(context, () => work(context)));
  }
  run<T>(work: () => Promise<T>, context: Context = this.base.context()): Promise<T> {
    return this.within(() => transaction(context, work), context);
  }
  ask<E extends Endpoint>(endpoint: E, input: InputOf<E>, context: Context = this.person('admin')): Promise<OutputOf<E>> {
    return this.within(() => call(endpoint, input), context);
  }

  async webhook(url: string, more: Partial<InputOf<typeof addDestination>> = {}): Promise<string> {
    this.#count += 1;
    const address = { channel: 'webhook' as const, url, signingSecret: testSecret(7) };
    return (await this.ask(addDestination, { name: `receiver ${this.#count}`, address, ...more })).id;
  }

  news(more: Partial<News> = {}): News {
    return { ...testNews('a test'), event: 'alert.raised', severity: 'medium', title: 'Something happened', urgent: false, ...more };
  }

  /** In the outbox of one destination, as it is set up. @returns the outbox id */
  async put(destinationId: string, more: Partial<News> = {}, now?: Date): Promise<string> {
    const { rows } = await this.base.owner.query<{ coalesce_repeats: boolean; quiet: never }>(
      'select coalesce_repeats, quiet from notifications.destination where id = $1',
      [destinationId],
    );
    const quiet = rows[0]?.quiet;
    const target = {
      id: destinationId,
      coalesceRepeats: rows[0]?.coalesce_repeats ?? false,
      quiet: quiet === null || quiet === undefined ? [] : [quiet],
    };
    const [id] = await this.run(() => enqueue(this.news(more), [target], now));
    return id ?? '';
  }

  /** Delivers until the condition holds, or fails after `mostMs`. Waiting for a next try is cut short unless told otherwise. */
  async deliverUntil(done: () => Promise<boolean> | boolean, { mostMs = 5000, hasten = true } = {}): Promise<void> {
    await inDatabase(this.base.database, async () => {
      const deliverer = new Deliverer(this.surroundings(), 15);
      try {
        for (const end = Date.now() + mostMs; !(await done()); ) {
          if (Date.now() > end) throw new TypeError('the deliveries did not come that far in time');
          if (hasten) await this.hasten();
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
      } finally {
        await deliverer.stop();
      }
    });
  }

  /** The next try is due now; nothing that is held. */
  async hasten(): Promise<void> {
    await this.base.owner.query(
      `update notifications.outbox set next_at = now() where state = 'queued' and held is null and next_at > now() and lease_until is null`,
    );
  }

  async all(filter: InputOf<typeof listDeliveries> = {}): Promise<Delivery[]> {
    return (await this.ask(listDeliveries, { limit: 500, ...filter })).items;
  }
  async isState(id: string, state: string): Promise<boolean> {
    const { rows } = await this.base.owner.query<{ state: string }>('select state from notifications.outbox where id = $1', [id]);
    return rows[0]?.state === state;
  }

  async events(type: string): Promise<Record<string, unknown>[]> {
    const { rows } = await this.base.owner.query<{ payload: Record<string, unknown> }>(
      'select payload from platform.outbox where type = $1 order by at, id',
      [type],
    );
    return rows.map(({ payload }) => payload);
  }
}

export const refused = (code: string) => (error: unknown) => error instanceof Error && 'code' in error && error.code === code;
