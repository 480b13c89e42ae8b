/** For tests of this slice: a database of its own, people of every role, and other slices played by a few facts. */
import { randomUUID } from 'node:crypto';
import { plainAsset } from '../../../test/plain-asset.ts';
import type { Context } from '../../contract/actor.ts';
import type { Endpoint, InputOf, OutputOf } from '../../contract/endpoint.ts';
import { acts, type Permission, type Role, resources } from '../../contract/permission.ts';
import type { Severity } from '../../contract/severity.ts';
import { withContext } from '../../platform/ambient.ts';
import { installAuditSink } from '../../platform/audit.ts';
import { overrideEnvironment } from '../../platform/config.ts';
import { inDatabase, transaction } from '../../platform/database/database.ts';
import { sharedDatabase, type TestDatabase, testDatabase } from '../../platform/database/test-database.ts';
import { call, forgetLocalRoutes, serveLocally } from '../../platform/http/call.ts';
import { handle } from '../../platform/http/handle.ts';
import { installTransactions } from '../../platform/http/run-route.ts';
import { type AssetDetail, assetProblems, getAsset } from '../ai-assets/contract.ts';
import { getUser, identityProblems } from '../identity/contract.ts';
import { getScan, listScanFiles, listScanFindings, type Scan } from '../model-scanner/contract.ts';
import { assessPriorities, explainPriority, type PriorityQuestion, riskProblems } from '../risk/contract.ts';
import { recordScan, type ScanRecord } from './recording/record-scan.ts';
import { routes } from './routes.ts';

type Owner = Parameters<typeof testDatabase>[0];
type Asset = OutputOf<typeof getAsset>;
type StoredFinding = OutputOf<typeof listScanFindings>['items'][number];
type ListedFile = OutputOf<typeof listScanFiles>['items'][number];
export type Ask = <E extends Endpoint>(endpoint: E, input: InputOf<E>) => Promise<OutputOf<E>>;

const hourMs = 3_600_000;
const everything: ReadonlySet<Permission> = new Set(resources.flatMap((resource) => acts.map((act): Permission => `${resource}:${act}`)));

export type TestScan = {
  readonly findings: readonly (Partial<StoredFinding> & { path: string; ruleId: string; severity: Severity })[];
  readonly files?: readonly (Partial<ListedFile> & { path: string })[];
  readonly unreadCount?: number;
  readonly startedAt?: Date;
  readonly root?: string;
};

export class TestWorkspace {
  readonly base: TestDatabase;
  readonly assets = new Map<string, Asset>();
  readonly people = new Map<string, string>();
  readonly questions = new Map<string, PriorityQuestion>();
  readonly #scans = new Map<string, { scan: Scan; findings: OutputOf<typeof listScanFindings>['items']; files: ListedFile[] }>();

  constructor(base: TestDatabase) {
    this.base = base;
  }

  static async open(t: Owner): Promise<TestWorkspace> {
    return TestWorkspace.#serve(t, await testDatabase(t));
  }

  /** One database for all tests of a file, each in a workspace of its own. @param file ends the database. */
  static shared(file: Owner): (t: Owner) => Promise<TestWorkspace> {
    const database = sharedDatabase(file);
    return async (t) => TestWorkspace.#serve(t, await database());
  }

  static #serve(t: Owner, base: TestDatabase): TestWorkspace {
    overrideEnvironment({ LOG_LEVEL: 'silent', LOG_DIR: '', SESSION_SECRET: 'for tests only, for tests only, 1' });
    installAuditSink(async () => {});
    installTransactions(transaction);
    const workspace = new TestWorkspace(base);
    serveLocally([...routes, ...workspace.#others()]);
    t.after(async () => forgetLocalRoutes());
    return workspace;
  }

  /** The slices beside this one. Priority is the severity's rank in tens, so that tests can tell it by heart. */
  #others() {
    const none = { transaction: 'none' as const };
    return [
      handle(
        getAsset,
        ({ id }) => {
          const asset = this.assets.get(id);
          if (asset === undefined) throw assetProblems.notFound({ id });
          return asset;
        },
        none,
      ),
      handle(
        getUser,
        ({ id }) => {
          const name = this.people.get(id);
          if (name === undefined) throw identityProblems.userNotFound({ id });
          const at = new Date(0).toISOString();
          return {
            id,
            email: `${name}@example.org`,
            name,
            role: 'engineer' as const,
            department: null,
            active: true,
            factorDueAt: null,
            lockedUntil: null,
            failedSignIns: 0,
            factors: [],
            createdAt: at,
            lastSignInAt: null,
          };
        },
        none,
      ),
      handle(
        assessPriorities,
        ({ questions }) => {
          for (const question of questions) this.questions.set(question.vulnerabilityId, question);
          const points = { critical: 90, high: 70, medium: 50, low: 30, informational: 10 };
          return {
            answers: questions.map(({ vulnerabilityId, severity }) => ({
              vulnerabilityId,
              priority: points[severity],
              low: points[severity] - 5,
              high: points[severity] + 5,
              unknownFactors: ['exposure' as const],
            })),
          };
        },
        none,
      ),
      handle(
        explainPriority,
        ({ id }) => {
          throw riskProblems.vulnerabilityNotFound({ id });
        },
        none,
      ),
      handle(getScan, ({ id }) => this.#scan(id).scan, none),
      handle(listScanFindings, ({ id, cursor, limit }) => pageOf(this.#scan(id).findings, cursor, limit), none),
      handle(listScanFiles, ({ id, cursor, limit }) => ({ ...pageOf(this.#scan(id).files, cursor, limit), outline: null }), none),
    ];
  }

  #scan(id: string) {
    const scan = this.#scans.get(id);
    if (scan === undefined) throw new TypeError(`The test made no scan ${id}.`);
    return scan;
  }

  asset(extra: Partial<Asset> = {}): Asset {
    const known = { name: 'churn-model', environment: 'production', owner: 'Team A', criticality: 'high' } as const;
    const asset: Asset = { ...plainAsset, ...known, id: randomUUID(), ...extra } satisfies typeof AssetDetail._zod.output;
    this.assets.set(asset.id, asset);
    return asset;
  }

  /** A person of a role, and a function that asks an endpoint as that person. */
  person(role: Role, name: string): { id: string; ask: Ask } {
    const id = randomUUID();
    this.people.set(id, name);
    const context: Context = {
      ...this.base.context(),
      actor: { kind: 'user', id, workspaceId: this.base.workspaceId, role, permissions: everything },
    };
    return { id, ask: (endpoint, input) => this.within(context, () => call(endpoint, input)) };
  }

  within<T>(context: Context, work: () => Promise<T>): Promise<T> {
    return inDatabase(this.base.database, () => withContext(context, work));
  }

  /** Records a scan as the job would. */
  async scan(
    { findings, files, unreadCount, startedAt = new Date(), root = '/models' }: TestScan,
    assetId: string,
  ): Promise<ScanRecord & { scanId: string }> {
    const scanId = randomUUID();
    const nothing = { critical: 0, high: 0, medium: 0, low: 0, informational: 0 };
    const listed = files ?? [...new Set(findings.map(({ path }) => path))].map((path) => ({ path }));
    const allFiles = listed.map(
      (file): ListedFile => ({
        id: file.path,
        size: 1,
        format: 'pickle',
        role: 'model',
        verdict: 'clean',
        counts: nothing,
        metadata: {},
        assetId,
        unread: [],
        ...file,
      }),
    );
    const scan: Scan = {
      id: scanId,
      jobId: scanId,
      path: root,
      source: { path: root },
      profile: 'standard',
      assetId: null,
      trigger: 'person',
      state: 'done',
      verdict: 'clean',
      counts: nothing,
      filesRead: allFiles.length,
      filesTotal: allFiles.length,
      unreadCount: unreadCount ?? allFiles.reduce((sum, { unread }) => sum + unread.length, 0),
      bytesRead: 1,
      durationMs: 1,
      engineVersion: '1',
      rulesVersion: '1',
      progress: null,
      problem: null,
      requestedBy: 'test',
      createdAt: startedAt.toISOString(),
      startedAt: startedAt.toISOString(),
      finishedAt: new Date(startedAt.getTime() + 1000).toISOString(),
    };
    const stored = findings.map((finding) => ({
      title: `Loading ${finding.path} runs a shell command`,
      axis: 'effect' as const,
      effect: 'exec' as const,
      certainty: 'possible' as const,
      why: 'It calls posix.system.',
      where: { containerPath: [finding.path], offset: 31, length: 4 },
      evidence: "posix.system('id')",
      fingerprint: finding.ruleId.padEnd(64, '0').slice(0, 64),
      references: ['CWE-502'],
      remedy: 'Save the weights as safetensors.',
      mark: 'static' as const,
      suppression: null,
      id: randomUUID(),
      scanId,
      assetId,
      ...finding,
    }));
    this.#scans.set(scanId, { scan, findings: stored, files: allFiles });
    const record = await this.within(this.base.context(), () => recordScan(scanId, { context: this.base.context() }));
    return { ...record, scanId };
  }

  /** Payloads of the events that left so far, oldest first. */
  async events(type: string): Promise<Record<string, unknown>[]> {
    const { rows } = await this.base.owner.query<{ payload: Record<string, unknown> }>(
      'select payload from platform.outbox where type = $1 and workspace_id = $2 order by id',
      [type, this.base.workspaceId],
    );
    return rows.map(({ payload }) => payload);
  }
}

export function hoursAgo(hours: number): Date {
  return new Date(Date.now() - hours * hourMs);
}

function pageOf<T>(items: readonly T[], cursor: string | undefined, limit: number) {
  const from = Number(cursor ?? 0);
  const next = from + limit;
  return {
    items: items.slice(from, next),
    nextCursor: next < items.length ? String(next) : null,
    total: items.length,
    totalIsEstimate: false,
  };
}
