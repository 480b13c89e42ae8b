/** `npm run db:push`: starts the embedded PostgreSQL when it is not running, applies migrations, says what it did. */
import { isProblem } from '../../contract/problem.ts';
import { config } from '../config.ts';
import { databaseTarget } from './connection.ts';
import { startEmbedded, stopEmbedded } from './embedded/postmaster.ts';
import { migrate } from './migrate.ts';

async function push(): Promise<void> {
  const { DATABASE_URL: url, DATABASE_APP_URL: applicationUrl, DATA_DIR: dataDirectory } = config();
  const embedded = url === undefined ? await startEmbedded({ dataDirectory }) : null;
  try {
    const applied = await migrate(databaseTarget({ url, applicationUrl, dataDirectory, processName: 'push' }));
    const report = applied.length === 0 ? 'The database is up to date.' : `Applied ${applied.length}: ${applied.join(', ')}`;
    process.stdout.write(`${report}\n`);
  } finally {
    // One that was running before belongs to somebody else.
    if (embedded !== null && !embedded.attached) await stopEmbedded(dataDirectory);
  }
}

try {
  await push();
} catch (error) {
  process.stderr.write(`${isProblem(error) ? error.message : String(error instanceof Error ? error.stack : error)}\n`);
  process.exitCode = 1;
}
