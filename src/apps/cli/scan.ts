/** `ai-spm scan` alone, prepared as one file (scripts/build/one-file.ts): people and pipelines wait for its start. */
import './early-scan-thread.ts';

import { register } from '../../modules/model-scanner/command.ts';
import { runProgram } from './program.ts';

export { trustOneFiles } from '../../platform/workers/one-file.ts';

export function runScan(): Promise<void> {
  return runProgram([register], null);
}
