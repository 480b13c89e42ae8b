/** The thread that builds profiles: each task is the next step of the one build it holds. */
import { serveTasks } from '../../../platform/workers/serve.ts';
import { type BuiltProfile, buildProfile } from './build-profile.ts';
import type { BuildReport, BuildStep } from './build-report.ts';
import { packProfile, unpackSource } from './pack-profile.ts';

export type BuildTask = { readonly begin: Uint8Array } | { readonly next: true };
export type BuildAnswer = { readonly step: BuildStep } | { readonly built: Uint8Array; readonly report: BuildReport };

let running: Generator<BuildStep, BuiltProfile> | null = null;

serveTasks((task: BuildTask): BuildAnswer => {
  if ('begin' in task) running = buildProfile(unpackSource(task.begin).source);
  const result = running?.next();
  // A thread that died took its build along; the job begins again.
  if (result === undefined) throw new TypeError('No build is under way in this thread.');
  if (!result.done) return { step: result.value };
  running = null;
  return { built: packProfile(result.value.profile), report: result.value.report };
});
