/** Loads what the processes of a platform load, so that its code is compiled once: node keeps it when this process ends. */
import { serviceDoors } from '../../src/apps/services.ts';

await Promise.all([import('../../src/apps/supervisor.ts'), import('../../src/apps/gateway.ts'), import('../../src/apps/service.ts')]);
for (const { routes } of serviceDoors) await routes();
// Some of it would wait for work.
process.exit(0);
