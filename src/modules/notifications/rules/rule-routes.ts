/** The product door of routing rules. */
import { commonProblems } from '../../../contract/problem.ts';
import { audit } from '../../../platform/audit.ts';
import { publish } from '../../../platform/events/publish.ts';
import { handle, type Route } from '../../../platform/http/handle.ts';
import { notificationSettingsChanged } from '../deliveries/delivery-contract.ts';
import { findDestination } from '../destinations/destination-store.ts';
import { addRule, getRule, listRules, type Rule, type RuleDraft, removeRule, replaceRule, ruleProblems } from './rule-contract.ts';
import { countRules, deleteRule, findRule, insertRule, isRuleNameTaken, listRuleRows, lockRule, updateRule } from './rule-store.ts';

const mostRules = 200;
const type = 'notifications-rule';

async function ruleOrRefuse(id: string): Promise<Rule> {
  const found = await findRule(id);
  if (found === null) throw ruleProblems.ruleNotFound({ id });
  return found;
}

/** Each once, and each there. @throws notifications.destinationUnknown */
async function checked(draft: RuleDraft): Promise<RuleDraft> {
  const destinationIds = [...new Set(draft.destinationIds)];
  for (const id of destinationIds) if ((await findDestination(id)) === null) throw ruleProblems.destinationUnknown({ id });
  return { ...draft, destinationIds };
}

const factsOf = ({ name, enabled, events, severities, categories, assetTags, hours, quiet, destinationIds }: RuleDraft) => ({
  name,
  enabled,
  events,
  severities,
  categories,
  assetTags,
  hours,
  quiet,
  destinationIds,
});

/** Who writes the same elsewhere hears of it. */
const written = (id: string): Promise<void> => publish(notificationSettingsChanged, { what: 'rule', id });

export const ruleRoutes: readonly Route[] = [
  handle(listRules, ({ destination, ...paging }) => listRuleRows(destination, paging)),
  handle(getRule, ({ id }) => ruleOrRefuse(id)),
  handle(addRule, async (draft, { actor }) => {
    if ((await countRules()) >= mostRules) throw ruleProblems.rulesFull({ most: mostRules });
    const id = await insertRule({ ...(await checked(draft)), createdBy: actor.id });
    if (id === null) throw ruleProblems.ruleExists({ name: draft.name });
    const made = await ruleOrRefuse(id);
    audit.subject({ type, id });
    audit.change({ after: factsOf(made) });
    await written(id);
    return made;
  }),
  handle(replaceRule, async ({ id, version, ...draft }) => {
    const row = await lockRule(id);
    if (row === null) throw ruleProblems.ruleNotFound({ id });
    if (version !== undefined && version !== row.version) throw commonProblems.conflict({ expected: version, actual: row.version });
    if (await isRuleNameTaken(draft.name, id)) throw ruleProblems.ruleExists({ name: draft.name });
    const before = await ruleOrRefuse(id);
    await updateRule(row, await checked(draft));
    const after = await ruleOrRefuse(id);
    audit.subject({ type, id });
    audit.change({ before: factsOf(before), after: factsOf(after) });
    await written(id);
    return after;
  }),
  handle(removeRule, async ({ id }) => {
    const before = await ruleOrRefuse(id);
    await deleteRule(id);
    audit.subject({ type, id });
    audit.change({ before: factsOf(before) });
    await written(id);
    return before;
  }),
];
