/** For tests of this slice: a database of its own, people of every role, incidents and the inventory played by a few values. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Context } from '../../contract/actor.ts';
import type { Endpoint, InputOf, OutputOf } from '../../contract/endpoint.ts';
import { Permission, type Role } from '../../contract/permission.ts';
import { withContext } from '../../platform/ambient.ts';
import { type AuditRecord, installAuditSink } from '../../platform/audit.ts';
import { overrideEnvironment } from '../../platform/config.ts';
import { inDatabase, transaction } from '../../platform/database/database.ts';
import { type TestDatabase, testDatabase } from '../../platform/database/test-database.ts';
import { call, forgetLocalRoutes, serveLocally } from '../../platform/http/call.ts';
import { handle, type Route } from '../../platform/http/handle.ts';
import { installTransactions } from '../../platform/http/run-route.ts';
import { startJobs } from '../../platform/jobs/worker.ts';
import { assetProblems, getAsset } from '../ai-assets/contract.ts';
import { type Act, listActs, quarantinedAssets, responseStatistics } from '../incidents/contract.ts';
import { createProfile, getProfile } from './contract.ts';
import { jobs } from './jobs.ts';
import { routes } from './routes.ts';
import { blobSource } from './testing/blobs.ts';

type Owner = Parameters<typeof testDatabase>[0];
/** As catalog/permissions.yaml grants them for this slice. */
const granted: Readonly<Partial<Record<Role, readonly string[]>>> = {
  admin: ['create', 'read', 'update', 'delete'],
  analyst: ['create', 'read', 'update'],
  engineer: ['create', 'read'],
  auditor: ['read'],
};

export class TestDetection {
  readonly base: TestDatabase;
  readonly audited: AuditRecord[] = [];
  readonly quarantined: string[] = [];
  /** What incidents answer when they are asked for acts. */
  readonly acts: Act[] = [];

  constructor(base: TestDatabase) {
    this.base = base;
  }

  static async open(t: Owner): Promise<TestDetection> {
    const own = { LOG_LEVEL: 'silent', LOG_DIR: '', SESSION_SECRET: 'for tests only, for tests only, 1' };
    overrideEnvironment(own);
    installTransactions(transaction);
    const detection = new TestDetection(await testDatabase(t));
    installAuditSink(async (record) => void detection.audited.push(record));
    serveLocally([...routes, ...detection.#others()]);
    t.after(async () => {
      forgetLocalRoutes();
      overrideEnvironment(Object.fromEntries(Object.keys(own).map((name) => [name, ''])));
    });
    return detection;
  }

  #others(): Route[] {
    const none = { transaction: 'none' as const };
    const items = () => this.quarantined.map((assetId) => ({ quarantineId: randomUUID(), assetId, assetName: 'model' }));
    return [
      handle(quarantinedAssets, () => ({ items: items() }), none),
      handle(listActs, () => ({ items: this.acts, nextCursor: null, total: this.acts.length, totalIsEstimate: false }), none),
      handle(
        getAsset,
        ({ id }) => {
          throw assetProblems.notFound({ id });
        },
        none,
      ),
      handle(
        responseStatistics,
        () => {
          throw assetProblems.notFound({ id: 'no statistics' });
        },
        none,
      ),
    ];
  }

  person(role: Role, workspaceId = this.base.workspaceId): Context {
    const { actor, ...context } = this.base.context(workspaceId);
    const permissions = new Set((granted[role] ?? []).map((act) => Permission.parse(`adversarial-detection:${act}`)));
    for (const more of ['ai-assets:read', 'incidents:read']) permissions.add(Permission.parse(more));
    return { ...context, actor: { ...actor, kind: 'user', id: `${role}-person`, role, permissions } };
  }

  get stranger(): Context {
    return this.person('admin', this.base.otherWorkspaceId);
  }

  within<T>(work: (context: Context) => Promise<T>, context: Context = this.base.context()): Promise<T> {
    return inDatabase(this.base.database, () => withContext(context, () => work(context)));
  }

  run<T>(work: () => Promise<T>, context: Context = this.base.context()): Promise<T> {
    return this.within(() => transaction(context, work), context);
  }

  /** As a request from outside: access, input, answer. */
  ask<E extends Endpoint>(endpoint: E, input: InputOf<E>, context: Context = this.person('analyst')): Promise<OutputOf<E>> {
    return this.within(() => call(endpoint, input), context);
  }

  /** Runs jobs for as long as the work takes. */
  withJobs<T>(work: () => Promise<T>): Promise<T> {
    return inDatabase(this.base.database, async () => {
      const queue = await startJobs(
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

  /** A ready profile of two clouds, for the model `gate`. */
  readyProfile(): Promise<string> {
    return this.withJobs(async () => {
      const { values, labels, confidences } = blobSource({ rows: 300, seed: 4, rate: 0.05 });
      const samples = labels.map((label, row) => ({
        id: `row-${row}`,
        features: [...values.subarray(row * 6, row * 6 + 6)],
        label,
        prediction: label,
        confidence: confidences[row] as number,
      }));
      const { profileId } = await this.ask(createProfile, {
        modelId: 'gate',
        targetFalsePositiveRate: 0.05,
        samples,
        nonMemberLosses: [0.5, 1],
      });
      for (let waited = 0; waited < 20_000; waited += 50) {
        const { state, problem } = await this.ask(getProfile, { id: profileId });
        if (state === 'ready') return profileId;
        if (state === 'failed') throw new TypeError(problem ?? 'failed');
        await sleep(50);
      }
      throw new TypeError('The profile was not built in 20 s.');
    });
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
