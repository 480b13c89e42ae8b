/** Imported first by the prepared scan: a thread starts on one core while the command is still being put together on another. */
import { scanThread } from '../../modules/model-scanner/engine/scan-thread.ts';
import { trustOneFiles } from '../../platform/workers/one-file.ts';
import { beginEarly } from '../../platform/workers/pool.ts';

const [verb = ''] = process.argv.slice(3);
const reads = verb !== 'diff' && process.argv.slice(3).every((word) => word !== '--help' && word !== '-h');
if (reads && trustOneFiles()) beginEarly(scanThread);
