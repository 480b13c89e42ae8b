/** Makes the cluster that all test databases are copied from. */
import { copyMadeCluster, guardedDirectory } from '../../src/platform/database/test-database.ts';

await copyMadeCluster(guardedDirectory('prepared'));
process.exit(0);
