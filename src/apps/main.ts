/** Entry of every process: PROCESS says which; the default starts the whole platform on this machine. */
import './quick-resolve.ts';
import { ConfigError, config } from '../platform/config.ts';
import { readFlags } from './flags.ts';

async function main(): Promise<void> {
  readFlags(process.argv.slice(2));
  const { PROCESS } = config();
  if (PROCESS === 'all') return (await import('./supervisor.ts')).supervise();
  if (PROCESS === 'gateway') return (await import('./gateway.ts')).startGateway({ work: config().GATEWAY_WORKS });
  if (PROCESS === 'worker') return (await import('./gateway.ts')).startWorker();
  return (await import('./service.ts')).startService();
}

main().catch((error: unknown) => {
  const known = error instanceof ConfigError || (error instanceof Error && error.name === 'Problem');
  process.stderr.write(`${known ? (error as Error).message : error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
});
