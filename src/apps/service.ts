/** One compute door as a process: stateless, without database credentials. */
import { config } from '../platform/config.ts';
import { serveLocally } from '../platform/http/call.ts';
import { createServer } from '../platform/http/server.ts';
import { log } from '../platform/log.ts';
import { startTracing, stopTracing } from '../platform/telemetry/tracing.ts';
import { lifetime, stopOnSignals } from './lifetime.ts';
import { serviceDoors } from './services.ts';

export async function startService(): Promise<void> {
  const settings = config();
  const found = serviceDoors.find(({ door }) => door === settings.PROCESS);
  if (found === undefined) throw new TypeError(`PROCESS=${settings.PROCESS} names no service`);
  const life = lifetime();
  stopOnSignals(life);
  await startTracing(found.door);
  life.add('tracing', stopTracing);
  const routes = await found.routes();
  serveLocally(routes);
  const app = await createServer({ door: found.door, routes, ready: () => !life.stopping() });
  await app.listen({ host: settings.HOST, port: settings.SERVICE_PORT_BASE + found.portStep });
  life.add('http', () => app.close());
  log().info({ code: 'process.started', door: found.door, port: settings.SERVICE_PORT_BASE + found.portStep }, `${found.title} is up`);
  process.send?.({ ready: true });
}
