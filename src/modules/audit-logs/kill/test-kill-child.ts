/** A process that records, sequences and signs as fast as it can, until it is killed. It says what was acknowledged to it. */
import { writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { audit } from '../../../platform/audit.ts';
import { overrideEnvironment } from '../../../platform/config.ts';
import { Database, type Target } from '../../../platform/database/connection.ts';
import { inDatabase, transaction } from '../../../platform/database/database.ts';
import { sequenceAll } from '../recording/sequencer.ts';
import { installSink } from '../recording/sink.ts';
import { systemContext } from '../recording/system-context.ts';
import { makeCheckpoints } from '../tree/checkpoints.ts';

const Orders = z.object({
  target: z.custom<Target>(),
  workspace: z.uuid(),
  name: z.string(),
  dataDirectory: z.string(),
  settings: z.record(z.string(), z.string()),
});
const { target, workspace, name, dataDirectory, settings } = Orders.parse(JSON.parse(process.argv[2] ?? '{}'));
const writers = 3;

overrideEnvironment({ LOG_LEVEL: 'silent', LOG_DIR: '', DATA_DIR: dataDirectory, ...settings });
const database = new Database(target, { poolSize: 6 });
installSink();

async function write(writer: number): Promise<void> {
  for (let count = 0; ; count += 1) {
    const id = `${name}-${writer}-${count}`;
    const record = { action: 'ai-assets.update', resource: { type: 'ai-assets', id }, outcome: 'done' } as const;
    await transaction(systemContext(workspace, 'kill'), () => audit.record(record));
    // Whole or not at all: one short line, written at once.
    writeSync(1, `${id}\n`);
  }
}

await inDatabase(database, () =>
  Promise.all([
    ...Array.from({ length: writers }, (_, writer) => write(writer)),
    (async () => {
      for (;;) if ((await sequenceAll()) === 0) await sleep(2);
    })(),
    (async () => {
      for (;;) {
        await makeCheckpoints({ onlyDue: false });
        await sleep(20);
      }
    })(),
  ]),
);
