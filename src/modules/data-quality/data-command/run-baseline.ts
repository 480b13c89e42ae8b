/** `ai-spm data baseline` and `ai-spm data drift`. */
import { existsSync } from 'node:fs';
import type { Baseline } from '../drift/baseline-shape.ts';
import { runCheck } from '../run-check.ts';
import { type DriftAnswer, driftText, limits, printable, readingText, sourceOf } from '../run-command.ts';
import { readBaselineFile, reasonOf, writeBaselineFile } from './baseline-file.ts';
import { answered, asJson, type DataCommandOptions, type Ended, ended, exitCodes, unusable } from './data-options.ts';

export function runBaselineCommand(file: string, options: DataCommandOptions): Promise<Ended> {
  return ended(async () => {
    const { out = '', force = false, seed = 1 } = options;
    // Before the long work, and again when it is written.
    if (!force && existsSync(out)) return unusable(out, 'it is there already; --force replaces it.');
    const question = async () => ({ kind: 'baseline' as const, data: await sourceOf(file, options), options: { seed } });
    const baseline = (await runCheck(question, { limits })) as Baseline;
    try {
      const bytes = writeBaselineFile(out, baseline, force);
      return answered(exitCodes.well, printable(`${readingText(baseline.ingest)}\nBaseline kept in ${out} (${bytes} bytes)\n`));
    } catch (error) {
      return unusable(out, reasonOf(error));
    }
  });
}

export function runBaselineDriftCommand(kept: string, current: string, options: DataCommandOptions): Promise<Ended> {
  return ended(async () => {
    const read = readBaselineFile(kept);
    if ('refused' in read) return unusable(kept, read.refused);
    const question = async () => ({
      kind: 'baseline drift' as const,
      data: await sourceOf(current, options),
      baseline: read.baseline,
      options: { sensitivity: options.sensitivity ?? ('medium' as const), seed: options.seed ?? 1 },
    });
    const answer = (await runCheck(question, { limits })) as DriftAnswer;
    const out = options.json === true ? asJson(answer) : driftText(answer);
    if (answer.verdict === 'unknown') return answered(exitCodes.unread, out);
    return answered(answer.verdict === 'drift' ? exitCodes.found : exitCodes.well, out);
  });
}
