/** For tests of this slice: a database and a folder of its own, the doors in this process. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { Context } from '../../contract/actor.ts';
import type { Endpoint, InputOf, OutputOf } from '../../contract/endpoint.ts';
import { Permission, resources } from '../../contract/permission.ts';
import { withContext } from '../../platform/ambient.ts';
import { type AuditRecord, installAuditSink } from '../../platform/audit.ts';
import { overrideEnvironment } from '../../platform/config.ts';
import { inDatabase, transaction } from '../../platform/database/database.ts';
import { type TestDatabase, testDatabase } from '../../platform/database/test-database.ts';
import { forgetLocalRoutes, serveLocally } from '../../platform/http/call.ts';
import type { Route } from '../../platform/http/handle.ts';
import { checkAccess, installTransactions, runRoute } from '../../platform/http/run-route.ts';
import { routes } from './routes.ts';
import { routes as door } from './service.ts';

type Owner = Parameters<typeof testDatabase>[0];

export class TestFederated {
  readonly base: TestDatabase;
  readonly folder: string;
  readonly audited: AuditRecord[] = [];

  constructor(base: TestDatabase, folder: string) {
    this.base = base;
    this.folder = folder;
  }

  static async open(t: Owner): Promise<TestFederated> {
    const folder = await mkdtemp(join(tmpdir(), 'federated-'));
    const own = { QUARANTINE_DIR: folder, LOG_LEVEL: 'silent', LOG_DIR: '', SESSION_SECRET: 'for tests only, for tests only, 1' };
    overrideEnvironment(own);
    installTransactions(transaction);
    const federated = new TestFederated(await testDatabase(t), folder);
    installAuditSink(async (record) => void federated.audited.push(record));
    serveLocally([...routes, ...door]);
    t.after(async () => {
      forgetLocalRoutes();
      overrideEnvironment(Object.fromEntries(Object.keys(own).map((name) => [name, ''])));
      await rm(folder, { recursive: true, force: true });
    });
    return federated;
  }

  person(act: 'create' | 'read' | 'update' | 'delete', workspaceId = this.base.workspaceId): Context {
    const { actor, ...context } = this.base.context(workspaceId);
    const permissions = new Set(resources.map((resource) => Permission.parse(`${resource}:${act}`)));
    return { ...context, actor: { ...actor, kind: 'user', id: 'somebody', role: 'engineer', permissions } };
  }

  /** As a request from outside: access, input, answer. */
  ask<E extends Endpoint>(
    endpoint: E,
    input: InputOf<E>,
    { body, context = this.base.context() }: { body?: Buffer; context?: Context } = {},
  ): Promise<OutputOf<E>> {
    const route: Route | undefined = routes.find((known) => known.endpoint === endpoint);
    if (route === undefined) throw new TypeError(`no route for ${endpoint.path}`);
    const reply = { setCookie: () => {}, clearCookie: () => {} };
    const request = {
      ...context,
      cookies: new Map<string, string>(),
      reply,
      ...(body === undefined ? {} : { body: Readable.from([body]) }),
    };
    checkAccess(endpoint.access, context.actor);
    return inDatabase(this.base.database, () => withContext(context, () => runRoute(route, input, request))) as Promise<OutputOf<E>>;
  }
}
