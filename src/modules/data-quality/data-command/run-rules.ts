/** `ai-spm data rules` and `ai-spm data suggest`. */
import type { z } from 'zod';
import type { IngestReport } from '../answer-shape.ts';
import type { Suggestion } from '../quality/suggestions.ts';
import type { RuleFinding } from '../rules/judge.ts';
import { runCheck } from '../run-check.ts';
import { limits, printable, readingText, sourceOf } from '../run-command.ts';
import { answered, asJson, type DataCommandOptions, type Ended, ended, exitCodes, unusable } from './data-options.ts';
import { readRulesFile } from './rules-file.ts';

type Ingest = z.infer<typeof IngestReport>;
type RulesAnswer = { readonly ingest: Ingest; readonly rules: readonly RuleFinding[] };
type SuggestAnswer = { readonly ingest: Ingest; readonly suggestions: readonly Suggestion[]; readonly leftOut: readonly string[] };

/** @returns the exit code: 1 when a rule is broken, 2 when none is but one could not be asked. */
export function runRulesCommand(file: string, rulesFile: string, options: DataCommandOptions): Promise<Ended> {
  return ended(async () => {
    const read = readRulesFile(rulesFile);
    if ('refused' in read) return unusable(rulesFile, read.refused);
    const question = async () => ({
      kind: 'rules' as const,
      data: await sourceOf(file, options),
      sources: await Promise.all((options.table ?? []).map(async ([name, path]) => ({ name, data: await sourceOf(path, options) }))),
      rules: read.rules,
    });
    // The child is our own code: its answer has the shape of the engine.
    const answer = (await runCheck(question, { limits })) as RulesAnswer;
    const out = options.json === true ? asJson(answer) : rulesText(answer);
    if (answer.rules.some(({ verdict }) => verdict === 'failed')) return answered(exitCodes.found, out);
    return answered(answer.rules.some(({ verdict }) => verdict === 'unknown') ? exitCodes.unread : exitCodes.well, out);
  });
}

const worstFirst = ['failed', 'unknown', 'tolerated', 'passed'] as const;

function rulesText({ ingest, rules }: RulesAnswer): string {
  const count = (verdict: RuleFinding['verdict']): number => rules.filter((rule) => rule.verdict === verdict).length;
  const head = `${count('failed')} broken, ${count('unknown')} unknown, ${count('tolerated')} tolerated, ${count('passed')} kept`;
  const shown = worstFirst.flatMap((verdict) => rules.filter((rule) => rule.verdict === verdict));
  return printable([readingText(ingest), '', head, ...shown.map(ruleLine), ''].join('\n'));
}

const words = { failed: 'BROKEN', unknown: 'unknown', tolerated: 'tolerated', passed: 'kept' } as const;

function ruleLine({ verdict, id, says, reason, observed, count, of, rows }: RuleFinding): string {
  const counted = count === null || count === 0 ? null : `${count} of ${of ?? 'unknown'} rows`;
  const named = rows.length === 0 ? null : `rows ${rows.slice(0, 8).join(', ')}${(count ?? 0) > 8 ? ' …' : ''}`;
  const facts = [reason, observed === null ? null : `observed ${observed}`, counted, named].filter((fact) => fact !== null);
  return `  ${words[verdict].padEnd(9)} ${id === null ? '' : `${id}: `}${says}${facts.length === 0 ? '' : `  (${facts.join('; ')})`}`;
}

/** Prints a file that `ai-spm data rules` takes. */
export function runSuggestCommand(file: string, options: DataCommandOptions): Promise<Ended> {
  return ended(async () => {
    const question = async () => ({ kind: 'suggest' as const, data: await sourceOf(file, options) });
    const { ingest, suggestions, leftOut } = (await runCheck(question, { limits })) as SuggestAnswer;
    const said = printable([readingText(ingest), ...leftOut.map((reason) => `  ${reason}`), ''].join('\n'));
    if (suggestions.length === 0) return { code: exitCodes.unread, out: '', said };
    const found = { rules: suggestions };
    return { code: exitCodes.well, out: options.format === 'json' ? asJson(found) : (await import('yaml')).stringify(found), said };
  });
}
