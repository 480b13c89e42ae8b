/** Builds the web app that every platform of the tests serves. */
import { buildWebIfChanged } from '../../src/apps/web-build.ts';

await buildWebIfChanged(() => {});
process.exit(0);
