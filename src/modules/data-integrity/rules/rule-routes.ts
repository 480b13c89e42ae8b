/** The product door of validation rules. */
import type { Context } from '../../../contract/actor.ts';
import { commonProblems } from '../../../contract/problem.ts';
import { audit } from '../../../platform/audit.ts';
import { transaction } from '../../../platform/database/database.ts';
import { call } from '../../../platform/http/call.ts';
import { handle, type Route } from '../../../platform/http/handle.ts';
import { getAsset } from '../../ai-assets/contract.ts';
import { checkQuality, checkSuggest } from '../../data-quality/contract.ts';
import { askPatiently, personBusyMs } from '../assessments/ask-door.ts';
import {
  addRules,
  changeRule,
  type InlineTable,
  listRules,
  listRuleVersions,
  mostRules,
  type RuleSet,
  removeRule,
  ruleProblems,
  suggestRules,
  type TableSource,
  tableProblems,
  testRules,
} from '../contract.ts';
import { refuseOthers } from '../ownership.ts';
import { inlineData, type LocatedTable, locateTable } from '../sources/locate-table.ts';
import { atDesk } from '../sources/staging-desk.ts';
import { broughtRules, furtherTables } from './further-tables.ts';
import { wholeRule } from './rule-draft.ts';
import { askWithRules } from './rule-outcome.ts';
import { countRules, endRule, findRule, findSet, insertRules, insertVersion, listVersions, lockSet } from './rule-store.ts';

const own = { transaction: 'none' } as const;

export const ruleRoutes: readonly Route[] = [
  handle(listRules, async ({ assetId, version }) => {
    await call(getAsset, { id: assetId });
    const set = await findSet(assetId, version);
    if (set.version > set.latestVersion) throw ruleProblems.noSuchVersion({ version: set.version });
    return set;
  }),
  handle(listRuleVersions, async ({ assetId, limit }) => {
    await call(getAsset, { id: assetId });
    return { items: await listVersions(assetId, limit) };
  }),
  handle(addRules, async ({ assetId, rules }, { actor }) => {
    await call(getAsset, { id: assetId });
    await lockSet(assetId);
    if ((await countRules(assetId)) + rules.length > mostRules) throw ruleProblems.tooManyRules({ most: mostRules });
    const named = rules.map((rule) => ({ ...rule, ...wholeRule(rule) }));
    const note = `Added ${named.map(({ name }) => name).join(', ')}`;
    const fromVersion = await insertVersion({ assetId, by: actor.id, added: rules.length, removed: 0, note });
    await insertRules(named.map((rule) => ({ ...rule, assetId, fromVersion, createdBy: actor.id })));
    audit.subject({ type: 'data-quality-rules', id: assetId });
    audit.change({ after: { version: fromVersion, rules: named.map(({ name, severity }) => ({ name, severity })) } });
    return findSet(assetId);
  }),
  handle(changeRule, async ({ id, version, ...change }, context) => {
    const { rule: before, set } = await ruleInForce(id);
    if (version !== undefined && version !== set.latestVersion)
      throw commonProblems.conflict({ expected: version, actual: set.latestVersion });
    const written = { ...before, ...Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)) };
    const after = { ...written, ...wholeRule(written) };
    const by = context.actor.id;
    const next = await insertVersion({ assetId: before.assetId, by, added: 1, removed: 1, note: `Changed ${after.name}` });
    await endRule(id, next);
    const { id: _id, createdAt: _at, ...facts } = after;
    await insertRules([{ ...facts, ruleId: id, fromVersion: next }]);
    audit.subject({ type: 'data-quality-rule', id });
    audit.change({ before, after });
    return findSet(before.assetId);
  }),
  handle(removeRule, async ({ id }, context) => {
    const { rule } = await ruleInForce(id);
    refuseOthers(rule.createdBy, context.actor);
    const next = await insertVersion({ assetId: rule.assetId, by: context.actor.id, added: 0, removed: 1, note: `Removed ${rule.name}` });
    await endRule(id, next);
    audit.subject({ type: 'data-quality-rule', id });
    audit.change({ before: rule });
    return findSet(rule.assetId);
  }),
  handle(
    testRules,
    async ({ rules, ...table }, context) => {
      const located = await tableOf(table, context);
      const whole = rules.map((rule) => ({ id: null, table: rule.table, ...wholeRule(rule) }));
      const further = await transaction(context, () => furtherTables(whole, context));
      return atDesk(context, async (desk) => {
        const { data } = await desk.bring(located);
        const { answer, outcomes } = await askWithRules(await broughtRules(further, desk), (some) =>
          askPatiently(() => call(checkQuality, { data, ...some }), { signal: context.signal, busyMs: personBusyMs }),
        );
        return { rows: answer.ingest.rows, outcomes };
      });
    },
    own,
  ),
  handle(
    suggestRules,
    async (table, context) => {
      const located = await tableOf(table, context);
      const { answer, note } = await atDesk(context, async (desk) => {
        const brought = await desk.bring(located);
        const patience = { signal: context.signal, busyMs: personBusyMs };
        return { note: brought.note, answer: await askPatiently(() => call(checkSuggest, { data: brought.data }), patience) };
      });
      const { ingest, suggestions } = answer;
      const leftOut = note === null ? answer.leftOut : [note, ...answer.leftOut];
      const named = suggestions.map(({ says, ...suggestion }) => ({ name: says.slice(0, 200), ...suggestion }));
      return { rows: ingest.rows, columns: ingest.columns, suggestions: named, leftOut };
    },
    own,
  ),
];

async function ruleInForce(id: string) {
  const first = await findRule(id);
  if (first === null) throw ruleProblems.ruleNotFound({ id });
  await lockSet(first.rule.assetId);
  const now = await findRule(id);
  if (now === null || !now.inForce) throw ruleProblems.ruleRetired({ id });
  const set: RuleSet = await findSet(now.rule.assetId);
  return { rule: now.rule, set };
}

type Table = {
  readonly assetId?: string | undefined;
  readonly source?: TableSource | undefined;
  readonly currentData?: InlineTable | undefined;
};

/** @throws data-quality.noSource, .severalSources, and what locating throws */
async function tableOf({ assetId, source, currentData }: Table, context: Context): Promise<LocatedTable> {
  if (source !== undefined && currentData !== undefined) throw tableProblems.severalSources({ names: 'source and currentData' });
  if (currentData !== undefined) return { data: inlineData(currentData), bytes: 0 };
  const named = source ?? (assetId === undefined ? undefined : { asset: assetId });
  if (named === undefined) throw tableProblems.noSource();
  return transaction(context, () => locateTable(named, context));
}
