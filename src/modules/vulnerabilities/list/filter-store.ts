/** A filter as SQL: facets and words for the text index, and the same as plain conditions. */
import { type SQL, sql } from 'drizzle-orm';
import { severities, severityRank } from '../../../contract/severity.ts';
import { vulnerability as v } from '../table.ts';
import type { VulnerabilityFilter } from '../vulnerability.ts';

export type FilterContext = { readonly now: Date; readonly userId: string | null };
export type CompiledFilter = {
  /** Everything as conditions on the table, the words as `search @@`. */
  readonly plain: readonly SQL[];
  /** For the text index: facets and words. null: nothing it knows. */
  readonly query: SQL | null;
  /** The last of several words, which may still be typed, as the text index asks for it; null: no search, or one word, which is in `query`. */
  readonly typed: SQL | null;
  /** Those of `plain` that the text index knows too. */
  readonly indexed: readonly SQL[];
  /** How many facets and searches `query` combines. */
  readonly terms: number;
  /** What the text index does not know (times), as conditions on what `vulnerabilities.matching` answers, called `m`. */
  readonly rest: readonly SQL[];
  /** A column whose own index leaves few rows is named: the text index would only be a detour. */
  readonly narrow: boolean;
  /** Ranks of the severities asked for, worst first; empty: all. */
  readonly ranks: readonly number[];
};
export const matched = {
  id: sql`m.id`,
  priority: sql`m.priority`,
  severityRank: sql`m.severity_rank`,
  dueOrder: sql`m.due_order`,
  updatedAt: sql`m.updated_at`,
  createdAt: sql`m.created_at`,
} as const;
const stored = { dueOrder: sql`${v.dueOrder}`, createdAt: sql`${v.createdAt}` } as const;

type Facet = { readonly field: string; readonly values: readonly string[]; readonly plain: SQL };

export function compileFilter(filter: VulnerabilityFilter, context: FilterContext): CompiledFilter {
  const live = onlyLive(filter.status) || filter.due !== undefined;
  // "Open" alone is most rows: not worth the text index. Beside other facets it makes the answer exact.
  const facets = facetsOf(onlyLive(filter.status) ? { ...filter, status: undefined } : filter, context);
  const words = filter.q === undefined || numberIn(filter.q) !== null ? null : wordsQuery(filter.q);
  const narrow = narrowOf(filter);
  const parts = facets.map(({ field, values }) => facetQuery(field, values));
  if (words !== null) parts.push(words.whole ?? words.typed);
  if (live && parts.length > 0) parts.push(facetQuery('live', ['true']));
  const indexed = [
    ...facets.map(({ plain }) => plain),
    ...(live ? [sql`${v.live}`] : []),
    ...(words === null ? [] : [sql`${v.search} @@ ${words.whole === null ? words.typed : sql`(${words.whole} && ${words.typed})`}`]),
  ];
  return {
    plain: [
      ...indexed,
      // All closed ones stand at the end of the order by date: said aloud, its index starts there.
      ...(onlyClosed(filter.status) ? [sql`${v.dueOrder} = 'infinity'::timestamptz`] : []),
      ...narrow,
      ...timesOf(filter, context, stored),
    ],
    indexed,
    terms: facets.length + (words === null ? 0 : 1),
    typed: words?.whole ? words.typed : null,
    query: parts.length === 0 ? null : sql.join(parts, sql` && `),
    rest: timesOf(filter, context, matched),
    narrow: narrow.length > 0,
    ranks: ranksOf(filter.severity),
  };
}

function onlyClosed(status: string | undefined): boolean {
  return status !== undefined && listOf(status).every((word) => word !== 'open' && word !== 'in_progress');
}

function onlyLive(status: string | undefined): boolean {
  return status !== undefined && listOf(status).toSorted().join() === 'in_progress,open';
}

/** Worst first; none asked for is all. */
function ranksOf(severity: string | undefined): number[] {
  if (severity === undefined) return [];
  const words = listOf(severity);
  return severities.filter((word) => words.includes(word)).map(severityRank);
}

function listOf(joined: string): string[] {
  return [...new Set(joined.split(','))];
}

function facetsOf(filter: VulnerabilityFilter, { userId }: FilterContext): Facet[] {
  const facets: Facet[] = [];
  const add = (field: string, values: readonly string[], plain: SQL): void => {
    facets.push({ field, values, plain });
  };
  if (filter.severity !== undefined) {
    const ranks = ranksOf(filter.severity);
    add(
      'severity',
      listOf(filter.severity),
      ranks.length === 1 ? sql`${v.severityRank} = ${ranks[0]}` : sql`${v.severityRank} = any(${sql.param(ranks)}::smallint[])`,
    );
  }
  if (filter.status !== undefined) add('status', listOf(filter.status), anyWord(sql`${v.status}`, listOf(filter.status)));
  if (filter.environment !== undefined) add('environment', listOf(filter.environment), environmentPlain(listOf(filter.environment)));
  if (filter.asset_type !== undefined) add('asset_type', [filter.asset_type], sql`${v.assetType} = ${filter.asset_type}`);
  if (filter.owner !== undefined)
    add('owner', [filter.owner === 'unowned' ? 'unowned' : `=${filter.owner.slice(0, 200)}`], ownerPlain(filter.owner));
  if (filter.assignee !== undefined) {
    const assignee = filter.assignee === 'me' ? (userId ?? 'nobody') : filter.assignee;
    add(
      'assignee',
      [assignee],
      assignee === 'none' ? sql`${v.assigneeId} is null` : assignee === 'nobody' ? sql`false` : sql`${v.assigneeId} = ${assignee}::uuid`,
    );
  }
  if (filter.source !== undefined) add('source', [filter.source], sql`${v.source} = ${filter.source}`);
  if (filter.kev !== undefined)
    add('kev', [filter.kev], filter.kev === 'unknown' ? sql`${v.kev} is null` : sql`${v.kev} = ${filter.kev === 'true'}`);
  if (filter.due === 'none') add('dated', ['false'], sql`${v.dueOrder} = 'infinity'::timestamptz`);
  if (filter.malicious !== undefined) add('malicious', [filter.malicious], sql`${v.malicious} = ${filter.malicious === 'true'}`);
  return facets;
}

function anyWord(column: SQL, words: readonly string[]): SQL {
  return words.length === 1 ? sql`${column} = ${words[0]}` : sql`${column} = any(${sql.param([...words])}::text[])`;
}
function environmentPlain(words: readonly string[]): SQL {
  const known = words.filter((word) => word !== 'unknown');
  if (known.length === words.length) return anyWord(sql`${v.environment}`, known);
  return known.length === 0 ? sql`${v.environment} is null` : sql`(${v.environment} is null or ${anyWord(sql`${v.environment}`, known)})`;
}
function ownerPlain(owner: string): SQL {
  return owner === 'unowned' ? sql`${v.owner} is null` : sql`${v.owner} = ${owner}`;
}

/** `'f/severity/critical' | 'f/severity/high'`: quoted, so that no value can change the query. */
function facetQuery(field: string, values: readonly string[]): SQL {
  const lexemes = values.map((value) => quoteLexeme(`f/${field}/${value}`));
  return sql`${lexemes.join(' | ')}::tsquery`;
}
function quoteLexeme(lexeme: string): string {
  return `'${lexeme.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}

/** The same signs that the index turns into spaces. */
const separators = /[\s/\\.\-_:@!#()[\]{}<>"'=,;+&|*\0]+/u;
const mostWords = 10;
/** Every word must occur, the last as the beginning of one: it may still be typed. Only signs: matches nothing. */
function wordsQuery(text: string): { whole: SQL | null; typed: SQL } {
  const words = text
    .split(separators)
    .filter((word) => word !== '')
    .slice(0, mostWords);
  const asked = (lexemes: readonly string[]): SQL => sql`to_tsquery('simple', ${lexemes.join(' & ')})`;
  const [last, ...others] = words.map((word) => `'${word}'`).toReversed();
  return { whole: others.length === 0 ? null : asked(others.toReversed()), typed: asked(last === undefined ? [] : [`${last}:*`]) };
}

/** `VUL-3391` names one row. */
function numberIn(text: string): number | null {
  const [, digits] = /^vul[- ]?(\d{1,15})$/i.exec(text) ?? [];
  return digits === undefined ? null : Number(digits);
}

function narrowOf(filter: VulnerabilityFilter): SQL[] {
  const conditions: SQL[] = [];
  const number = filter.q === undefined ? null : numberIn(filter.q);
  if (number !== null) conditions.push(sql`${v.number} = ${number}`);
  if (filter.asset_id !== undefined) conditions.push(sql`${v.assetId} = ${filter.asset_id}::uuid`);
  if (filter.fix !== undefined) conditions.push(sql`${v.fixKey} = ${filter.fix} and ${v.live}`);
  if (filter.weakness !== undefined) conditions.push(sql`${v.weakness} = ${filter.weakness}`);
  return conditions;
}

const dayMs = 86_400_000;
/** `dueOrder` of what is closed lies at infinity, so a date asked for leaves only open ones. */
function timesOf(filter: VulnerabilityFilter, { now }: FilterContext, { dueOrder, createdAt }: { dueOrder: SQL; createdAt: SQL }): SQL[] {
  const conditions: SQL[] = [];
  const at = (ms: number): SQL => sql`${new Date(now.getTime() + ms).toISOString()}::timestamptz`;
  if (filter.due === 'breached') conditions.push(sql`${dueOrder} < ${at(0)}`);
  if (filter.due === 'today') conditions.push(sql`${dueOrder} between ${at(0)} and ${at(dayMs)}`);
  if (filter.due === 'week') conditions.push(sql`${dueOrder} between ${at(0)} and ${at(7 * dayMs)}`);
  if (filter.created_since !== undefined) conditions.push(sql`${createdAt} >= ${since(filter.created_since, now)}::timestamptz`);
  return conditions;
}
function since(text: string, now: Date): string {
  const [, amount, unit] = /^([1-9]\d{0,3})([hd])$/.exec(text) ?? [];
  if (amount === undefined) return text;
  return new Date(now.getTime() - Number(amount) * (unit === 'h' ? 3_600_000 : dayMs)).toISOString();
}
