/** For tests of the product side: a database of its own, a quarantine folder of its own, and stored scans made from a few facts. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Context } from '../../contract/actor.ts';
import { withContext } from '../../platform/ambient.ts';
import { installAuditSink } from '../../platform/audit.ts';
import { overrideEnvironment } from '../../platform/config.ts';
import { inDatabase, transaction } from '../../platform/database/database.ts';
import { sharedDatabase, type TestDatabase, testDatabase } from '../../platform/database/test-database.ts';
import { installTransactions } from '../../platform/http/run-route.ts';
import type { ScanFinding, ScannedFile, ScanResult } from './contract.ts';
import { beginScan, findScan, insertScan, storeResult } from './store.ts';

type Owner = Parameters<typeof testDatabase>[0];
const none = { critical: 0, high: 0, medium: 0, low: 0, informational: 0 };

export class TestScanner {
  readonly base: TestDatabase;
  readonly quarantine: string;

  constructor(base: TestDatabase, quarantine: string) {
    this.base = base;
    this.quarantine = quarantine;
  }

  /** @param settings of the installation, put back afterwards */
  static async open(t: Owner, settings: Readonly<Record<string, string>> = {}): Promise<TestScanner> {
    return TestScanner.#over(await testDatabase(t), t, settings);
  }

  /** One database for all tests of a file, each in a workspace of its own. @param file ends the database. */
  static shared(file: Owner): (t: Owner) => Promise<TestScanner> {
    const database = sharedDatabase(file);
    return async (t) => TestScanner.#over(await database(), t, {});
  }

  static async #over(base: TestDatabase, t: Owner, settings: Readonly<Record<string, string>>): Promise<TestScanner> {
    const quarantine = await mkdtemp(join(tmpdir(), 'quarantine-'));
    const own = { QUARANTINE_DIR: quarantine, LOG_LEVEL: 'silent', LOG_DIR: '', ...settings };
    overrideEnvironment(own);
    installAuditSink(async () => {});
    installTransactions(transaction);
    t.after(async () => {
      // Empty is as good as unset.
      overrideEnvironment(Object.fromEntries(Object.keys(own).map((name) => [name, ''])));
      await rm(quarantine, { recursive: true, force: true });
    });
    return new TestScanner(base, quarantine);
  }

  get context(): Context {
    return this.base.context();
  }

  get other(): Context {
    return this.base.context(this.base.otherWorkspaceId);
  }

  /** In the database, with no transaction around. */
  within<T>(work: (context: Context) => Promise<T>, context = this.context): Promise<T> {
    return inDatabase(this.base.database, () => withContext(context, () => work(context)));
  }

  /** In one transaction, as a request would run. */
  run<T>(work: (context: Context) => Promise<T>, context = this.context): Promise<T> {
    return this.within(() => transaction(context, () => work(context)), context);
  }

  /** A finished scan. Answers its id. */
  async scan({ path = '/models', findings = [], files }: Partial<Facts> = {}, owners = new Map<string, string>()): Promise<string> {
    return this.run(async () => {
      const id = await insertScan({ path, source: { path }, profile: 'standard', assetId: null, trigger: 'person', requestedBy: 'test' });
      await beginScan(id);
      await storeResult(id, resultOf({ path, findings, files: files ?? findings.map((finding) => file(finding.path)) }), owners);
      return id;
    });
  }

  async stateOf(id: string): Promise<string | undefined> {
    return (await this.run(() => findScan(id)))?.state;
  }

  async events(type: string): Promise<Record<string, unknown>[]> {
    const { rows } = await this.base.owner.query<{ payload: Record<string, unknown> }>(
      'select payload from platform.outbox where type = $1 order by id',
      [type],
    );
    return rows.map(({ payload }) => payload);
  }
}

type Facts = { path: string; findings: readonly ScanFinding[]; files: readonly ScannedFile[] | undefined };

function resultOf({ findings, files }: Facts): ScanResult {
  return {
    verdict: findings.length > 0 ? 'malicious' : 'clean',
    counts: none,
    files: [...(files ?? [])],
    findings: [...findings],
    unread: [],
    filesRead: files?.length ?? 0,
    filesTotal: files?.length ?? 0,
    bytesRead: 1,
    durationMs: 1,
    engineVersion: '1',
    rulesVersion: 'r1',
  };
}

export function file(path: string, extra: Partial<ScannedFile> = {}): ScannedFile {
  return {
    path,
    size: 10,
    format: 'pickle',
    role: 'model',
    verdict: 'clean',
    counts: none,
    metadata: {},
    packages: [],
    licences: [],
    ...extra,
  };
}

export function finding(path: string, extra: Partial<ScanFinding> = {}): ScanFinding {
  return {
    path,
    ruleId: 'pickle-harmful-call',
    title: `Opening ${path} runs os.system`,
    severity: 'critical',
    axis: 'effect',
    effect: 'exec',
    certainty: 'proved',
    why: 'It calls os.system.',
    where: { containerPath: [path], offset: 31, length: 1, opcodeIndex: 4 },
    evidence: "os.system('marker')",
    fingerprint: 'a'.repeat(64),
    references: ['CWE-502'],
    remedy: 'Do not load it.',
    mark: 'static',
    ...extra,
  };
}
