/** Tasks of the check child beside those of one whole table: rules one by one, parts that came one after the other, groups. */
import { isProblem } from '../../../contract/problem.ts';
import type { Frame } from '../frame.ts';
import type { Source } from '../ingest/ingest.ts';
import type { Rule } from '../rule.ts';
import { judgeRules, type RuleFinding } from '../rules/judge.ts';
import { kindOf } from '../rules/kinds.ts';
import type { GroupOptions } from './groups.ts';
import type { PartitionOptions } from './partitions.ts';

type FurtherTable = { readonly name: string; readonly data: Source };
export type TableTask =
  | { readonly kind: 'rules'; readonly data: Source; readonly sources: readonly FurtherTable[]; readonly rules: readonly Rule[] }
  | { readonly kind: 'partitions'; readonly parts: readonly Source[]; readonly options: PartitionOptions }
  | { readonly kind: 'groups'; readonly data: Source; readonly reference: Source | null; readonly options: GroupOptions };

const kinds: ReadonlySet<string> = new Set<TableTask['kind']>(['rules', 'partitions', 'groups']);
export function isTableTask<T extends { readonly kind: string }>(task: T): task is Extract<T, TableTask> {
  return kinds.has(task.kind);
}

export function sourcesOfTask(task: TableTask): Source[] {
  if (task.kind === 'partitions') return [...task.parts];
  if (task.kind === 'groups') return [task.data, ...(task.reference === null ? [] : [task.reference])];
  return [task.data, ...task.sources.map(({ data }) => data)];
}

/** @param read takes one table into the engine; numbers tell them apart. */
export async function answerTask(task: TableTask, read: (source: Source, number: number) => Promise<Frame>): Promise<unknown> {
  if (task.kind === 'partitions') {
    const { comparePartitions } = await import('./partitions.ts');
    const frames: Frame[] = [];
    for (const [k, part] of task.parts.entries()) frames.push(await read(part, k));
    return { ingests: frames.map(({ ingest }) => ingest), changes: await comparePartitions(frames, task.options) };
  }
  const frame = await read(task.data, 0);
  if (task.kind === 'groups') {
    const { checkGroups } = await import('./groups.ts');
    const reference = task.reference === null ? null : await read(task.reference, 1);
    return { ingest: frame.ingest, reference: reference?.ingest ?? null, ...(await checkGroups(frame, task.options, reference)) };
  }
  const sources = new Map<string, Frame>();
  for (const [k, { name, data }] of task.sources.entries()) sources.set(name, await read(data, k + 1));
  return { ingest: frame.ingest, rules: await judgeEach(task.rules, { frame, sources }) };
}

/** Each rule for itself: one about a column that is gone is broken, one that cannot be asked is unknown, and the others say what they find. */
async function judgeEach(rules: readonly Rule[], room: Parameters<typeof judgeRules>[1]): Promise<RuleFinding[]> {
  const findings: RuleFinding[] = [];
  for (const [place, rule] of rules.entries()) findings.push(await judgeOne(rule, place, room));
  return findings;
}

async function judgeOne(rule: Rule, place: number, room: Parameters<typeof judgeRules>[1]): Promise<RuleFinding> {
  try {
    const [finding] = await judgeRules([rule], room);
    if (finding !== undefined) return { ...finding, place };
    return notAsked(rule, place, { verdict: 'unknown', reason: 'the engine said nothing about it' });
  } catch (error) {
    if (!isProblem(error) || error.status !== 422) throw error;
    return notAsked(rule, place, { verdict: error.code === 'data-quality.noSuchColumn' ? 'failed' : 'unknown', reason: error.message });
  }
}

function notAsked(rule: Rule, place: number, why: Pick<RuleFinding, 'verdict' | 'reason'>): RuleFinding {
  const { id = null, kind, severity = null, owner = null, scope = null } = rule;
  const facts = { place, id, kind, says: kindOf(rule).says(rule).slice(0, 500), severity, owner, scope };
  return { ...facts, ...why, columns: [], observed: null, count: null, of: null, rows: [] };
}
