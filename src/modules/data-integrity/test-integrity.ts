/** For tests of this slice: a database and folders of its own, people of every role, the inventory played by a few assets. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { z } from 'zod';
import { plainAsset } from '../../../test/plain-asset.ts';
import type { Context } from '../../contract/actor.ts';
import type { Endpoint, InputOf, OutputOf } from '../../contract/endpoint.ts';
import type { EventKind } from '../../contract/event.ts';
import { Permission, type Role } from '../../contract/permission.ts';
import { withContext } from '../../platform/ambient.ts';
import { type AuditRecord, installAuditSink } from '../../platform/audit.ts';
import { overrideEnvironment } from '../../platform/config.ts';
import { inDatabase, transaction } from '../../platform/database/database.ts';
import { type TestDatabase, testDatabase } from '../../platform/database/test-database.ts';
import { call, forgetLocalRoutes, serveLocally } from '../../platform/http/call.ts';
import { handle, type Route } from '../../platform/http/handle.ts';
import { checkAccess, installTransactions, runAtDoor } from '../../platform/http/run-route.ts';
import { startJobs } from '../../platform/jobs/worker.ts';
import { type AssetDetail, assetProblems, assetStatistics, getAsset } from '../ai-assets/contract.ts';
import { type Destination, deliveryProblems, destinationProblems, getDestination, sendMessage } from '../notifications/contract.ts';
import { addBaseline, Baseline, getDataJob } from './contract.ts';
import { jobs, subscriptions } from './jobs.ts';
import { routes } from './routes.ts';

type Owner = Parameters<typeof testDatabase>[0];

/** As catalog/permissions.yaml grants them for this slice; everybody reads assets. */
const granted: Readonly<Record<Role, readonly string[]>> = {
  admin: ['create', 'read', 'update', 'delete', 'read-values', 'connect'],
  ciso: ['create', 'read', 'update', 'read-values'],
  compliance_officer: ['read'],
  analyst: ['create', 'read', 'update', 'read-values'],
  engineer: ['create', 'read', 'update', 'read-values'],
  auditor: ['read'],
};
const rightsOf = (role: Role): ReadonlySet<Permission> =>
  new Set(
    [...granted[role].map((act) => `data-quality:${act}`), 'ai-assets:read', 'notifications:read'].map((right) => Permission.parse(right)),
  );

export class TestIntegrity {
  readonly base: TestDatabase;
  readonly folder: string;
  readonly assets = new Map<string, AssetDetail>();
  /** Destinations of notifications, by id: whether they are switched on. */
  readonly destinations = new Map<string, boolean>();
  readonly messages: InputOf<typeof sendMessage>[] = [];
  readonly audited: AuditRecord[] = [];
  status = 200;

  constructor(base: TestDatabase, folder: string) {
    this.base = base;
    this.folder = folder;
  }

  /** @param door what answers as the data door */
  static async open(t: Owner, { door }: { door: readonly Route[] }) {
    const folder = await mkdtemp(join(tmpdir(), 'integrity-'));
    const own = {
      SCAN_ROOTS: folder,
      QUARANTINE_DIR: join(folder, '.quarantine'),
      LOG_LEVEL: 'silent',
      LOG_DIR: '',
      SESSION_SECRET: 'for tests only, for tests only, 1',
    };
    overrideEnvironment(own);
    installTransactions(transaction);
    const integrity = new TestIntegrity(await testDatabase(t), folder);
    installAuditSink(async (record) => void integrity.audited.push(record));
    serveLocally([...routes, ...door, ...integrity.#inventory(), ...integrity.#notifications()]);
    t.after(async () => {
      forgetLocalRoutes();
      // Empty is as good as unset.
      overrideEnvironment(Object.fromEntries(Object.keys(own).map((name) => [name, ''])));
      await rm(folder, { recursive: true, force: true });
    });
    return integrity;
  }

  #inventory(): Route[] {
    const none = { transaction: 'none' as const };
    const read = (id: string): AssetDetail => {
      const asset = this.assets.get(id);
      if (asset === undefined) throw assetProblems.notFound({ id });
      return asset;
    };
    const nothing = { total: 0, unowned: 0, missing: 0, byEnvironment: [], byRisk: [], byLifecycle: [], byCriticality: [] };
    const counted = () => ({ ...nothing, byType: [{ value: 'dataset', count: this.assets.size }] });
    return [handle(getAsset, ({ id }) => read(id), none), handle(assetStatistics, counted, none)];
  }

  #notifications(): Route[] {
    const none = { transaction: 'none' as const };
    const found = (id: string): Destination => {
      const enabled = this.destinations.get(id);
      if (enabled === undefined) throw destinationProblems.destinationNotFound({ id });
      return { ...plainDestination, id, enabled };
    };
    const sent = (message: InputOf<typeof sendMessage>): { outboxIds: string[] } => {
      const missing = message.destinationIds?.find((id) => this.destinations.get(id) !== true);
      if (missing !== undefined) throw deliveryProblems.messageDestinationUnknown({ id: missing });
      this.messages.push(message);
      return { outboxIds: [] };
    };
    return [handle(getDestination, ({ id }) => found(id), none), handle(sendMessage, sent, none)];
  }

  /** A file under the scannable folder, and a dataset asset whose key names it. */
  async dataset(name: string, content: string): Promise<{ assetId: string; path: string }> {
    const path = join(this.folder, name);
    await writeFile(path, content);
    return { assetId: this.asset({ name, keys: [`file:${path}`] }), path };
  }

  asset(extra: Partial<AssetDetail> & Pick<AssetDetail, 'name'>): string {
    const id = randomUUID();
    this.assets.set(id, { ...plainAsset, type: 'dataset', id, ...extra });
    return id;
  }

  person(role: Role, workspaceId = this.base.workspaceId): Context {
    const { actor, ...context } = this.base.context(workspaceId);
    return { ...context, actor: { ...actor, kind: 'user', id: `${role}-person`, role, permissions: rightsOf(role) } };
  }

  get other(): Context {
    return this.base.context(this.base.otherWorkspaceId);
  }

  /** In the database, with no transaction around. */
  within<T>(work: (context: Context) => Promise<T>, context: Context = this.base.context()): Promise<T> {
    return inDatabase(this.base.database, () => withContext(context, () => work(context)));
  }

  /** In one transaction. */
  run<T>(work: (context: Context) => Promise<T>, context: Context = this.base.context()): Promise<T> {
    return this.within(() => transaction(context, () => work(context)), context);
  }

  /** As a request from outside: access, input, answer. `status` tells whether it was taken on as a job. */
  ask<E extends Endpoint>(endpoint: E, input: InputOf<E>, context: Context = this.person('admin')): Promise<OutputOf<E>> {
    this.status = endpoint.status;
    return this.within(() => call(endpoint, input), context);
  }

  /** A baseline of a small table, which is there when the answer comes. */
  async baseline(draft: InputOf<typeof addBaseline>): Promise<Baseline> {
    return Baseline.parse(await this.ask(addBaseline, draft));
  }

  /** The same with a body, or where the reply matters. */
  send<E extends Endpoint>(
    endpoint: E,
    input: InputOf<E>,
    { body, context = this.person('admin') }: { body?: Buffer; context?: Context } = {},
  ) {
    const route = routes.find((known) => known.endpoint === endpoint);
    if (route === undefined) throw new TypeError(`no route for ${endpoint.path}`);
    this.status = endpoint.status;
    const accepted = (): void => {
      this.status = 202;
    };
    const reply = { setCookie: () => {}, clearCookie: () => {}, accepted };
    const request = {
      ...context,
      cookies: new Map<string, string>(),
      reply,
      ...(body === undefined ? {} : { body: Readable.from([body]) }),
    };
    checkAccess(endpoint.access, context.actor);
    return this.within(() => runAtDoor(route, input, request), context) as Promise<OutputOf<E>>;
  }

  /** Runs jobs for as long as the work takes. */
  withJobs<T>(work: () => Promise<T>): Promise<T> {
    return inDatabase(this.base.database, async () => {
      const queue = await startJobs(
        // The clock of the wall is no part of a test.
        jobs.map((job) => ({ ...job, schedule: null })),
        { work: true },
      );
      try {
        return await work();
      } finally {
        await queue.stop();
      }
    });
  }

  /** Waits for a job to end. @param attempts at least so many tries. */
  async jobEnded(id: string, attempts = 1): Promise<OutputOf<typeof getDataJob>> {
    for (let round = 0; round < 400; round += 1) {
      const job = await this.ask(getDataJob, { id });
      if (job.state !== 'queued' && job.state !== 'running' && job.attempts >= attempts) return job;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    throw new TypeError('the job did not end within 10 s');
  }

  /** As when the event comes round: everything here that listens to its kind, each in a transaction of its own. */
  async hear<P extends z.ZodType>({ type }: EventKind<P>, payload: z.input<P>, id: string = randomUUID()): Promise<void> {
    const event = {
      seq: 1,
      id,
      workspaceId: this.base.workspaceId,
      type,
      at,
      traceId: null,
      actorId: null,
      payload: z.json().parse(payload),
    };
    for (const { handle: take } of subscriptions.filter((one) => one.type === type))
      await this.run((context) => take(payload, event, context));
  }

  async events(type: string): Promise<Record<string, unknown>[]> {
    const { rows } = await this.base.owner.query<{ payload: Record<string, unknown> }>(
      'select payload from platform.outbox where type = $1 order by at, id',
      [type],
    );
    return rows.map(({ payload }) => payload);
  }
}

/** Text of a file answer. */
export async function textOf(answer: unknown): Promise<string> {
  let text = '';
  for await (const part of (answer as { body: AsyncIterable<string> }).body) text += part;
  return text;
}

export const refused = (code: string) => (error: unknown) => error instanceof Error && 'code' in error && error.code === code;

const at = '2026-05-01T00:00:00.000Z';

const plainDestination: Omit<Destination, 'id' | 'enabled'> = {
  name: 'Data people',
  channel: 'webhook',
  settings: {},
  secrets: [],
  place: 'hooks.example.test',
  rotatingUntil: null,
  offReason: null,
  quiet: null,
  storm: { coalesce: true, perMinute: 6, burst: 8 },
  health: 'working',
  failuresInRow: 0,
  pausedUntil: null,
  lastSuccessAt: null,
  lastFailureAt: null,
  waiting: 0,
  createdAt: at,
  updatedAt: at,
  version: 1,
};
