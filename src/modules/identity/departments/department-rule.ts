/** Whether engineers are held to assets of their own department. The rule itself is part of `handle` (platform/http/department-check.ts). */
import type { ParsedInputOf } from '../../../contract/endpoint.ts';
import { audit } from '../../../platform/audit.ts';
import { afterCommit } from '../../../platform/database/database.ts';
import type { changeDepartmentRule, DepartmentRule } from '../contract.ts';
import { forgetRemembered } from '../sign-in/identify.ts';
import { forgetBearers } from '../tokens/bearer.ts';
import { countEngineers, readDepartmentRule, saveDepartmentRule } from './department-store.ts';

export async function departmentRuleAnswer(): Promise<DepartmentRule> {
  return { ownOnly: await readDepartmentRule(), ...(await countEngineers()) };
}

export async function changeRule({ ownOnly }: ParsedInputOf<typeof changeDepartmentRule>): Promise<DepartmentRule> {
  const before = await readDepartmentRule();
  await saveDepartmentRule(ownOnly);
  forgetAfterCommit();
  audit.subject({ type: 'settings', id: 'departments' });
  audit.change({ before: { ownOnly: before }, after: { ownOnly } });
  return departmentRuleAnswer();
}

/** What changed about departments holds for the next request here, whatever is shown with it. */
export function forgetAfterCommit(): void {
  afterCommit(forgetRemembered);
  afterCommit(forgetBearers);
}
