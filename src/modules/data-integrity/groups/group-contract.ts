/** A table looked at group by group, as an assessment keeps it. */
import { z } from 'zod';
import { Groups } from '../../data-quality/contract.ts';

export const GroupAnswer = z.discriminatedUnion('status', [
  z.object({ status: z.literal('unknown'), reason: z.string() }),
  Groups.extend({ status: z.literal('known') }),
]);
export type GroupAnswer = z.infer<typeof GroupAnswer>;
export type KnownGroups = Extract<GroupAnswer, { status: 'known' }>;
export type GroupRow = KnownGroups['groups'][number];

/** Groups of fewer rows enter no test. */
export const fewestRowsOfGroup = 30;
