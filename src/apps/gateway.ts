/** The product door: web app, REST API, events, and (unless a worker process does it) background work. */
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { startScreening } from '../modules/adversarial-detection/wiring.ts';
import { installAuditLog } from '../modules/audit-logs/wiring.ts';
import { applyDeclaredProviders, installIdentity } from '../modules/identity/wiring.ts';
import { startIncidentTimers } from '../modules/incidents/wiring.ts';
import { startDeliveries } from '../modules/notifications/deliveries/deliverer.ts';
import { config, projectRoot } from '../platform/config.ts';
import { openDatabase } from '../platform/database/connection.ts';
import { currentDatabase, db, systemTransaction, transaction, useDatabase } from '../platform/database/database.ts';
import { LiveHub, liveRoutes } from '../platform/events/live.ts';
import { startSequencer } from '../platform/events/sequencer.ts';
import { startConsumers } from '../platform/events/subscribe.ts';
import { watchHealth } from '../platform/health.ts';
import { doorUrl, serveLocally } from '../platform/http/call.ts';
import { installTransactions } from '../platform/http/run-route.ts';
import { createServer } from '../platform/http/server.ts';
import { jobRetention } from '../platform/jobs/job-retention.ts';
import { watchLostJobs } from '../platform/jobs/lost-jobs.ts';
import { jobRoutes } from '../platform/jobs/routes.ts';
import { startJobs } from '../platform/jobs/worker.ts';
import { log } from '../platform/log.ts';
import { startTracing, stopTracing } from '../platform/telemetry/tracing.ts';
import { events } from './contracts.generated.ts';
import { type Lifetime, lifetime, stopOnSignals } from './lifetime.ts';
import { jobs, routes as sliceRoutes, subscriptions } from './registry.generated.ts';
import { chosenDoors } from './services.ts';

export async function startGateway({ work }: { work: boolean }): Promise<void> {
  const settings = config();
  const life = lifetime();
  stopOnSignals(life);
  await startTracing(settings.PROCESS);
  life.add('tracing', stopTracing);
  openDatabaseFor(life);
  const audit = await installAuditLog({ sequence: work ? sequencedFor() : null });
  life.add('audit log', () => audit.stop());
  const identify = installIdentity();
  await applyDeclaredProviders();

  const hub = new LiveHub(events);
  await hub.start();
  life.add('live events', () => hub.stop());
  const routes = [...sliceRoutes, ...jobRoutes, ...liveRoutes(hub)];
  serveLocally(routes);
  await startBackground(life, { work });
  watchParts();

  const app = await createServer({
    door: 'product',
    routes,
    identify,
    webRoot: join(projectRoot, 'dist/public'),
    ready: () => !life.stopping(),
  });
  await app.listen({ host: settings.HOST, port: settings.PORT });
  life.add('http', () => app.close());
  life.add('live streams', () => hub.endStreams());
  log().info({ code: 'process.started', port: settings.PORT }, 'Gateway is up');
  process.send?.({ ready: true });
}

/** Background work alone: PROCESS=worker. */
export async function startWorker(): Promise<void> {
  const life = lifetime();
  stopOnSignals(life);
  await startTracing('worker');
  life.add('tracing', stopTracing);
  openDatabaseFor(life);
  const audit = await installAuditLog({ sequence: sequencedFor() });
  life.add('audit log', () => audit.stop());
  serveLocally([...sliceRoutes, ...jobRoutes]);
  await startBackground(life, { work: true });
  log().info({ code: 'process.started' }, 'Worker is up');
  process.send?.({ ready: true });
}

/** The embedded database has no other process that records; one of somebody's own may have gateways that append nothing themselves. */
const sequencedFor = () => (config().DATABASE_URL === undefined ? 'own' : 'others');

function openDatabaseFor(life: Lifetime): void {
  const { DATABASE_URL, DATABASE_APP_URL, DATA_DIR, PROCESS, DATABASE_POOL } = config();
  const database = openDatabase({
    url: DATABASE_URL,
    applicationUrl: DATABASE_APP_URL,
    dataDirectory: DATA_DIR,
    processName: PROCESS,
    poolSize: DATABASE_POOL,
    log: log(),
  });
  useDatabase(database);
  installTransactions(transaction);
  life.add('database', async () => {
    useDatabase(null);
    await database.close();
  });
}

async function startBackground(life: Lifetime, { work }: { work: boolean }): Promise<void> {
  const queue = await startJobs([...jobs, jobRetention], { work });
  life.add('jobs', () => queue.stop());
  const screening = startScreening();
  life.add('screening', () => screening.stop());
  if (!work) return;
  const lost = watchLostJobs();
  life.add('lost jobs', () => lost.stop());
  const sequencer = startSequencer();
  life.add('event sequencer', () => sequencer.stop());
  const consumers = startConsumers(subscriptions);
  life.add('event consumers', () => consumers.stop());
  const timers = startIncidentTimers();
  life.add('incident timers', () => timers.stop());
  const deliveries = startDeliveries();
  life.add('deliveries', () => deliveries.stop());
}

function watchParts(): void {
  watchHealth('database', async () => {
    await systemTransaction(() => db().execute(sql`select last from platform.event_counter`), { readOnly: true });
    const { total, waiting } = currentDatabase().pool;
    return { state: waiting > 0 ? 'degraded' : 'healthy', detail: `${total} connections, ${waiting} waiting` };
  });
  watchHealth('jobs', async () => {
    const { rows } = await systemTransaction(
      () =>
        db().execute<{ queued: number; age: number | null }>(
          sql`select count(*)::int as queued, extract(epoch from now() - min(created_at))::float as age from platform.job where state = 'queued'`,
        ),
      { readOnly: true },
    );
    const age = rows[0]?.age ?? 0;
    return { state: age > 300 ? 'degraded' : 'healthy', detail: `${rows[0]?.queued ?? 0} waiting, oldest ${Math.round(age)} s` };
  });
  for (const { door } of chosenDoors(config().SERVICES)) {
    watchHealth(door, async () => {
      const answer = await fetch(`${doorUrl(door)}/health`, { signal: AbortSignal.timeout(1500), redirect: 'error' }).catch(() => null);
      if (answer === null) return { state: 'unhealthy', detail: 'does not answer' };
      return answer.ok ? { state: 'healthy' } : { state: 'unhealthy', detail: `answers ${answer.status}` };
    });
  }
}
