/** Routes of what is kept and for how long: personal parts, legal holds, terms and months, coverage. */
import type { OutputOf, ParsedInputOf } from '../../../contract/endpoint.ts';
import { audit } from '../../../platform/audit.ts';
import { config } from '../../../platform/config.ts';
import { handle, type Route } from '../../../platform/http/handle.ts';
import { listCounts } from '../coverage/coverage-store.ts';
import { erase, preview } from '../sealed/erasure.ts';
import { openSealed } from '../sealed/read-sealed.ts';
import { type DestroyedKey, listDestroyed } from '../sealed/sealed-store.ts';
import {
  changeTerms,
  erasePersonal,
  keepingProblems,
  type LegalHold,
  listErasures,
  listHolds,
  placeHold,
  previewErasure,
  readCoverage,
  readRetention,
  readSealed,
  releaseHold,
} from './keeping-contract.ts';
import { monthStates } from './month-states.ts';
import { findHold, insertHold, listHoldRows, readTerms, releaseHoldRow, writeTerms } from './retention-store.ts';
import { checkTerms } from './terms.ts';

export const keepingRoutes: readonly Route[] = [
  handle(readSealed, openSealed),
  handle(previewErasure, preview),
  handle(erasePersonal, erase),
  handle(listErasures, (paging) => listDestroyed(paging, destroyedAnswer)),
  handle(listHolds, ({ in_force, ...paging }) => listHoldRows(in_force, paging)),
  handle(placeHold, place),
  handle(releaseHold, release),
  handle(readRetention, retention),
  handle(changeTerms, async (terms, { actor }) => {
    const before = await readTerms();
    await writeTerms(checkTerms(terms), actor.id);
    audit.change({ before, after: terms });
    return terms;
  }),
  handle(readCoverage, ({ differing, ...paging }) => listCounts(differing, paging)),
];

function destroyedAnswer({ id, purpose, month, destroyedAt, ground }: DestroyedKey) {
  return {
    id,
    purpose: purpose === 'request' ? ('request' as const) : ('values' as const),
    month: month.slice(0, 7),
    destroyedAt: destroyedAt?.toISOString() ?? '',
    ground: ground ?? '',
  };
}

async function place({ reason, subject_id, since, until }: ParsedInputOf<typeof placeHold>): Promise<LegalHold> {
  if (since !== undefined && until !== undefined && since >= until) throw keepingProblems.emptyHold({ since, until });
  const subject = subject_id ?? null;
  const id = await insertHold({ reason, subject, since: since ?? null, until: until ?? null });
  audit.subject({ type: 'legal-holds', id });
  audit.change({ after: { reason, subjectId: subject, since: since ?? null, until: until ?? null } });
  return found(id);
}

async function release({ id, reason }: ParsedInputOf<typeof releaseHold>): Promise<LegalHold> {
  if (!(await releaseHoldRow(id, reason))) throw keepingProblems.noHold({ id });
  audit.subject({ type: 'legal-holds', id });
  audit.change({ after: { reason } });
  return found(id);
}

async function found(id: string): Promise<LegalHold> {
  const hold = await findHold(id);
  if (hold === undefined) throw keepingProblems.noHold({ id });
  return hold;
}

async function retention(): Promise<OutputOf<typeof readRetention>> {
  return { terms: await readTerms(), coldFolder: config().AUDIT_COLD_DIR !== undefined, months: await monthStates() };
}
