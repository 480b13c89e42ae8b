/** A file of rules: `rules:` is a list of rules, or of suggestions whose `rule` is one. YAML or JSON. */
import { readFileSync, statSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Rule as AskedRule } from '../rule.ts';
import { Rule } from '../rule-shape.ts';

const mostBytes = 4 * 2 ** 20;
const mostRules = 1000;

const Suggested = z.strictObject({
  rule: Rule,
  says: z.string().optional(),
  evidence: z.string().optional(),
  confidence: z.number().nullable().optional(),
  method: z.string().optional(),
});
const Entry = z.looseObject({}).transform((entry, context): AskedRule => {
  const read = 'rule' in entry ? Suggested.safeParse(entry) : Rule.safeParse(entry);
  if (read.success) return 'rule' in read.data ? read.data.rule : read.data;
  for (const { path, message } of read.error.issues) context.addIssue({ code: 'custom', path, message });
  return z.NEVER;
});
const RulesFile = z.looseObject({ rules: z.array(Entry).min(1).max(mostRules) });

export type ReadRules = { readonly rules: readonly AskedRule[] } | { readonly refused: string };

export function readRulesFile(path: string): ReadRules {
  try {
    if (statSync(path).size > mostBytes) return { refused: `it is larger than ${mostBytes} bytes.` };
    // Aliases multiply what a short text becomes.
    const read = RulesFile.safeParse(parse(readFileSync(path, 'utf8'), { maxAliasCount: 0 }));
    if (read.success) return { rules: read.data.rules };
    const [issue] = read.error.issues;
    return { refused: `${issue?.path.join('.') || 'the file'}: ${issue?.message ?? 'no rules'}.` };
  } catch (error) {
    return { refused: error instanceof Error ? `${error.message.split('\n')[0]}` : 'it cannot be read.' };
  }
}
