/** The product door of suppressions. */
import { z } from 'zod';
import { commonProblems } from '../../../contract/problem.ts';
import { handle, type Route } from '../../../platform/http/handle.ts';
import { liftSuppression, listSuppressions, restoreSuppression, suppressFinding } from '../contract.ts';
import { listSuppressionRows } from './suppression-store.ts';
import { lift, restore, suppress } from './suppressions.ts';

function placeOf(cursor: string | undefined): string | undefined {
  const parsed = z.uuid().optional().safeParse(cursor);
  if (!parsed.success) throw commonProblems.invalid({ count: 1 }, { issues: [{ path: 'cursor', message: 'not a cursor of this list' }] });
  return parsed.data;
}

export const suppressionRoutes: readonly Route[] = [
  handle(listSuppressions, ({ cursor, limit, per_page, state, q }) =>
    listSuppressionRows({ state, text: q }, { after: placeOf(cursor), limit: per_page ?? limit }),
  ),
  handle(suppressFinding, (draft, context) => suppress(draft, context)),
  handle(liftSuppression, ({ id }, context) => lift(id, context)),
  handle(restoreSuppression, ({ id }) => restore(id)),
];
