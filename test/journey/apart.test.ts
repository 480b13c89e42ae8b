/** The platform as separate processes on a database of somebody else: gateway, worker and scanner, with a trace collector. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { writeExamples } from '../../scripts/examples/make.ts';
import { listScans } from '../../src/modules/model-scanner/contract.ts';
import { listVulnerabilities } from '../../src/modules/vulnerabilities/contract.ts';
import { emptyDatabase } from '../../src/platform/database/test-database.ts';
import { type Person, registerAdmin, until } from '../person.ts';
import { freePort, freePortBase } from '../running-platform.ts';

const root = join(import.meta.dirname, '../..');
/** Three processes compile at once, on a machine that may be busy. */
const startMs = 120_000;

describe('processes apart', { timeout: 600_000 }, () => {
  const children: ChildProcess[] = [];
  const releases: (() => Promise<void>)[] = [];
  const said = new Map<string, string>();
  let folder = '';
  let data = '';
  let collector: Server;
  /** Bodies that the collector took: OTLP as JSON. */
  const spans: string[] = [];
  let admin: Person;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'project-'));
    data = await mkdtemp(join(tmpdir(), 'apart-'));
    await writeExamples(folder);
    collector = createServer((request, response) => {
      const parts: Buffer[] = [];
      request
        .on('data', (part: Buffer) => parts.push(part))
        .on('end', () => {
          if (request.url === '/v1/traces') spans.push(Buffer.concat(parts).toString());
          response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
        });
    });
    await new Promise<void>((ready) => collector.listen(0, '127.0.0.1', ready));
    const port = await freePort();
    const environment = await settings({ port, base: await freePortBase() });
    await ended(run('migrations', environment, 'src/platform/database/push.ts'));
    for (const name of ['ai-scanner', 'worker', 'gateway']) run(name, { ...environment, PROCESS: name }, 'src/apps/main.ts');
    const url = `http://127.0.0.1:${port}`;
    const ready = async () => (await fetch(`${url}/readyz`).catch(() => null))?.ok ?? null;
    await until('the gateway', ready, startMs).catch((error: unknown) => assert.fail(`${error}\n${said.get('gateway') ?? ''}`));
    admin = await registerAdmin(url);
  });

  after(async () => {
    for (const child of children) if (child.exitCode === null) child.kill('SIGTERM');
    await Promise.all(children.map(ended));
    for (const release of releases) await release();
    await new Promise((closed) => collector.close(closed));
    for (const path of [folder, data]) await rm(path, { recursive: true, force: true });
  });

  async function settings({ port, base }: { port: number; base: number }): Promise<Record<string, string>> {
    const { owner } = await emptyDatabase({ after: (release) => void releases.push(release) });
    return {
      DATABASE_URL: `postgres://${String(owner.user)}@/${String(owner.database)}?host=${encodeURIComponent(String(owner.host))}&port=${owner.port}`,
      SESSION_SECRET: randomBytes(32).toString('hex'),
      GATEWAY_WORKS: 'false',
      PORT: String(port),
      SERVICE_PORT_BASE: String(base),
      DATA_DIR: data,
      LOG_DIR: join(data, 'logs'),
      LOG_STDOUT: 'false',
      SCAN_ROOTS: folder,
      DRAIN_MS: '0',
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(collector.address() as AddressInfo).port}`,
      OTEL_SAMPLE_RATIO: '1',
    };
  }

  function run(name: string, environment: Readonly<Record<string, string>>, script: string): ChildProcess {
    const child = spawn(process.execPath, [join(root, script)], {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const keep = (part: Buffer): void => void said.set(name, ((said.get(name) ?? '') + part.toString()).slice(-5000));
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    children.push(child);
    return child;
  }

  async function ended(child: ChildProcess): Promise<void> {
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }

  test('a folder is scanned by processes that share nothing but the database and a secret', async () => {
    const started = await admin.must(z.object({ id: z.uuid() }), 'POST', '/api/discovery/runs', { path: folder });
    assert.ok(started.id);
    const scan = await until('a finished scan', async () => {
      const { items } = await admin.must(listScans.output, 'GET', '/api/model-scanner/scans');
      return items.find(({ state }) => state === 'done') ?? null;
    });
    assert.equal(scan.verdict, 'malicious');
    await until('vulnerabilities', async () => {
      const { total } = await admin.must(listVulnerabilities.output, 'GET', '/api/vulnerabilities');
      return total > 0 ? total : null;
    });
  });

  test('nothing of a database of our own was started beside the one that was named', async () => {
    assert.deepEqual(
      (await readdir(data)).filter((name) => name.startsWith('postgres')),
      [],
    );
  });

  test('each process writes its own log files', async () => {
    const names = await readdir(join(data, 'logs'));
    for (const process of ['gateway', 'worker', 'ai-scanner'])
      assert.ok(
        names.some((name) => name.startsWith(`application-${process}-`)),
        `${process}: ${names.join(', ')}`,
      );
  });

  test('one trace leads from the request through the gateway into the scanner', async () => {
    const traceId = randomBytes(16).toString('hex');
    const traceparent = `00-${traceId}-${randomBytes(8).toString('hex')}-01`;
    // The rules are asked of the scanner by the gateway within one request.
    const answer = await admin.ask('GET', '/api/model-scanner/rules', undefined, { traceparent });
    assert.equal(answer.status, 200);
    const holding = (name: string): boolean =>
      spans.some((body) => spansOf(body).some((span) => span.traceId === traceId && span.name === name));
    await until(
      'both spans',
      async () => (holding('GET /api/model-scanner/rules') && holding('GET /scan/rules') ? true : sleep(200, null)),
      20_000,
    );
  });

  const Exported = z.object({
    resourceSpans: z.array(
      z.object({ scopeSpans: z.array(z.object({ spans: z.array(z.object({ traceId: z.string(), name: z.string() })) })) }),
    ),
  });
  function spansOf(body: string): { traceId: string; name: string }[] {
    return Exported.parse(JSON.parse(body)).resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans: some }) => some));
  }
});
