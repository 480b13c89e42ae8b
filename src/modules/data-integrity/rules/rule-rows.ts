/** The rows that fail a rule, with their cells: read again from the table, as long as it is the same. */
import type { Context } from '../../../contract/actor.ts';
import type { OutputOf } from '../../../contract/endpoint.ts';
import { transaction } from '../../../platform/database/database.ts';
import { call } from '../../../platform/http/call.ts';
import { checkQuality } from '../../data-quality/contract.ts';
import { askPatiently, personBusyMs } from '../assessments/ask-door.ts';
import { findAssessment } from '../assessments/assessment-store.ts';
import { assessmentProblems, type readRuleRows, ruleProblems, type ValidationRule } from '../contract.ts';
import { seesValues } from '../masking.ts';
import { locateTable } from '../sources/locate-table.ts';
import { atDesk } from '../sources/staging-desk.ts';
import { furtherTables } from './further-tables.ts';
import { findSet } from './rule-store.ts';

type Asked = { readonly id: string; readonly ruleId: string; readonly offset: number; readonly limit: number };

/** @throws data-quality.assessmentNotFound, .ruleNotFound, .notReadAgain, and what the table or the door refuses */
export async function readRowsOfRule({ id, ruleId, offset, limit }: Asked, context: Context): Promise<OutputOf<typeof readRuleRows>> {
  const reveal = seesValues(context.actor);
  const plan = await transaction(context, () => planOf(id, ruleId, context));
  const { name: _name, furtherTable, rule: bare, tolerance } = plan.rule;
  const source = 'source' in bare && typeof bare.source === 'string' ? bare.source : null;
  if (source !== null && furtherTable === null)
    throw assessmentProblems.notReadAgain({ reason: `nobody said where the table ${source} lies` });
  const answer = await atDesk(context, async (desk) => {
    const sources = source === null || furtherTable === null ? [] : [{ name: source, data: (await desk.bring(furtherTable)).data }];
    const { data } = await desk.bring(plan.table);
    const question = { data, rules: [{ ...bare, tolerance }], sources, failing: { rule: 0, offset, limit, reveal } };
    return askPatiently(() => call(checkQuality, question), { signal: context.signal, busyMs: personBusyMs });
  });
  if (answer.ingest.sha256 !== plan.sha256) throw assessmentProblems.notReadAgain({ reason: 'the table has changed since' });
  if (answer.failing === null) throw assessmentProblems.notReadAgain({ reason: 'the engine named no rows' });
  return answer.failing;
}

async function planOf(id: string, ruleId: string, context: Context) {
  const assessment = await findAssessment(id);
  if (assessment === null) throw assessmentProblems.assessmentNotFound({ id });
  const { assetId, source, ruleSetVersion, dataSha256: sha256 } = assessment;
  if ('inline' in source) throw assessmentProblems.notReadAgain({ reason: 'they came with the request and were not kept' });
  if (sha256 === null || ruleSetVersion === null) throw assessmentProblems.notReadAgain({ reason: 'the assessment asked for no rules' });
  const { rules } = await findSet(assetId, ruleSetVersion);
  const named: ValidationRule | undefined = rules.find((one) => one.id === ruleId);
  if (named === undefined) throw ruleProblems.ruleNotFound({ id: ruleId });
  const [rule] = await furtherTables([named], context);
  if (rule === undefined) throw ruleProblems.ruleNotFound({ id: ruleId });
  return { table: await locateTable(source, context), rule, sha256 };
}
