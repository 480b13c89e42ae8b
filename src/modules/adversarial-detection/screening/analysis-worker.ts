/** The thread where submitted analyses and planted tests are computed: seconds of arithmetic do not belong on the event loop. */
import { serveTasks } from '../../../platform/workers/serve.ts';
import { clouds, type LabelledRows, plantEvasion } from '../planted/plant-evasion.ts';
import { plantAttributes, plantMembership } from '../planted/plant-privacy.ts';
import { plantStreams } from '../planted/plant-streams.ts';
import type { PlantedCount } from '../planted/planted-count.ts';
import { type AttributeQuestion, judgeAttributes } from '../privacy/attribute.ts';
import { judgeMembership, type MembershipQuestion } from '../privacy/membership.ts';
import type { Judgement } from './judgement.ts';

export type AnalysisTask =
  | { readonly kind: 'membership'; readonly question: MembershipQuestion }
  | { readonly kind: 'attribute'; readonly question: AttributeQuestion };
export type PlantedTask =
  | { readonly kind: 'plant-evasion'; readonly seed: number; readonly rows: LabelledRows | null }
  | { readonly kind: 'plant-membership' | 'plant-attributes' | 'plant-streams'; readonly seed: number };

serveTasks((task: AnalysisTask | PlantedTask): Judgement | PlantedCount => {
  if (task.kind === 'membership') return judgeMembership(task.question);
  if (task.kind === 'attribute') return judgeAttributes(task.question);
  if (task.kind === 'plant-evasion') return plantEvasion(task.rows ?? clouds(task.seed), task.seed);
  if (task.kind === 'plant-membership') return plantMembership(task.seed);
  if (task.kind === 'plant-attributes') return plantAttributes(task.seed);
  return plantStreams(task.seed);
});
