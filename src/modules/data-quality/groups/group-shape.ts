/** What a check by group answers. */
import { z } from 'zod';
import { Drift } from '../answer-shape.ts';

const count = z.int().min(0);
const p = z.number().min(0).max(1);
const share = p.nullable();

const Signal = z.object({
  about: z.enum(['missing', 'rule']),
  name: z.string().describe('The column whose cells are missing, or the rule that is broken.'),
  count,
  of: count,
  share: p,
  rest: p.describe('Share among all rows outside the group.'),
  p,
  adjustedP: p.describe('Over all groups and subjects.'),
});

export const GroupDrift = z.object({
  referenceRows: count,
  verdict: z.enum(['drift', 'stable', 'unknown']),
  driftedColumns: count,
  comparedColumns: count,
  columns: z
    .array(
      Drift.shape.columns.element.pick({
        name: true,
        verdict: true,
        reason: true,
        strength: true,
        severity: true,
        flags: true,
        adjustedP: true,
      }),
    )
    .describe('Those that drifted, the strongest first, at most twenty.'),
});

export const Group = z.object({
  value: z.string(),
  rows: count,
  score: share.describe('Mean of the known metrics of the group.'),
  metrics: z.object({ completeness: share, consistency: share, validity: share, uniqueness: share, freshness: share }),
  brokenRules: count,
  signals: z
    .array(Signal)
    .describe('Where the group is worse than all other rows, false alarms controlled over all groups; at most twenty.'),
  drift: GroupDrift.nullable().describe('null: there was nothing to compare with; see `driftUnknown`.'),
});
export type Group = z.infer<typeof Group>;

export const Groups = z.object({
  column: z.string(),
  groups: z.array(Group).describe('By size, the largest first.'),
  groupsInAll: count,
  rowsLeftOut: count.describe('Rows in groups beyond the largest ones.'),
  missingRows: count.describe('Rows whose group is missing: in no group.'),
  newGroups: z.array(z.string()).describe('Groups that the reference does not have, at most twenty.'),
  vanishedGroups: z.array(z.string()).describe('Groups that only the reference has, at most twenty.'),
  rulesLeftOut: count.describe('Rules about the whole table or a further one: not asked by group.'),
  tests: count.describe('Tests of the family over which the signals are controlled.'),
  driftTests: count.describe('Columns compared in all groups together: the family of the drift verdicts.'),
  driftUnknown: z.string().nullable(),
  limits: z
    .object({
      mostGroups: count.describe('The largest so many are looked at.'),
      fewestRows: count.describe('Smaller groups enter no test.'),
    })
    .optional()
    .describe('Left out in answers kept from before they were told.'),
  sensitivity: z.enum(['low', 'medium', 'high']),
  seed: count,
  method: z.string(),
});
export type Groups = z.infer<typeof Groups>;
