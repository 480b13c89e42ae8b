/** Shape of what is answered about tampering with a labelled table. */
import { z } from 'zod';
import { families } from './evidence.ts';

const p = z.number().min(0).max(1);
const count = z.int().min(0);
const family = z.enum(families);

export const Poisoning = z.object({
  verdict: z.enum(['clean', 'suspicious', 'poisoned', 'unknown']),
  reason: z.string(),
  confidence: p
    .nullable()
    .describe('Poisoned, suspicious: 1 − adjusted p of what decided. Clean: share of flips planted into this table that would be flagged.'),
  decidedBy: z.array(family),
  classes: z.array(z.object({ label: z.string(), rows: count })),
  flaggedCount: count,
  flagged: z
    .array(z.object({ row: count, label: z.string().nullable(), p, families: z.array(z.object({ family, p })) }))
    .describe('0-based data rows, smallest joint p first: the first thousand.'),
  rowP: z.array(p).nullable().describe('Joint p of every row, up to 10,000 rows.'),
  families: z.array(
    z.object({
      family,
      method: z.string(),
      flaggedCount: count,
      findings: z.array(
        z.object({
          what: z.string(),
          columns: z.array(z.string()),
          label: z.string().nullable(),
          rowCount: count,
          rows: z.array(count).describe('The first hundred.'),
          p,
          adjustedP: p,
          effect: z.number().nullable(),
          expected: z.number().nullable(),
          counts: z.boolean().describe('Whether it weighs for the verdict; else it is listed only.'),
        }),
      ),
      notes: z.array(z.string()),
      figures: z.record(z.string(), z.number()),
    }),
  ),
  notRun: z.array(z.object({ family, reason: z.string() })),
  seed: count,
});
export type Poisoning = z.infer<typeof Poisoning>;
