/** What somebody else made is taken away only by those who may delete. */
import type { Actor } from '../../contract/actor.ts';
import { ruleProblems } from './contract.ts';

/** @throws data-quality.notYours */
export function refuseOthers(createdBy: string, actor: Actor): void {
  if (createdBy === actor.id || actor.permissions.has('data-quality:delete')) return;
  throw ruleProblems.notYours({ permission: 'data-quality:delete' });
}
