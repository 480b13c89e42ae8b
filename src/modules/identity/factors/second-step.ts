/** The second step of a sign-in: a ticket and a second proof. */
import type { OutputOf, ParsedInputOf } from '../../../contract/endpoint.ts';
import type { Problem } from '../../../contract/problem.ts';
import { audit } from '../../../platform/audit.ts';
import { transaction } from '../../../platform/database/database.ts';
import type { RequestContext } from '../../../platform/http/handle.ts';
import { type finishLogin, identityProblems, type loginFactorOptions } from '../contract.ts';
import { ownKeyOptions } from '../passkeys/options.ts';
import { listPasskeys } from '../passkeys/passkey-store.ts';
import { asNobody } from '../people/person.ts';
import { type Admission, admit, complete } from '../sign-in/admission.ts';
import { type Account, findAccount } from '../store.ts';
import { type Judged, judgeProof, type ReadyProof, readyProof, refusalOf } from './prove.ts';
import { noteHistory } from './sign-in-history.ts';
import { countTry, lockOpenTicket, spendTicket, type TicketRow } from './sign-in-store.ts';
import { readTicket, type TicketSaid, triesPerTicket } from './ticket.ts';

type Finished = { readonly admission: Admission; readonly recoveryCodesLeft: number | null };

/** Opens its own transaction: a refused proof must count although the request fails. */
export async function finishWithFactor(
  { ticket, ...given }: ParsedInputOf<typeof finishLogin>,
  context: RequestContext,
): Promise<OutputOf<typeof finishLogin>> {
  const said = readTicket(ticket);
  if (said === null) throw identityProblems.ticketInvalid();
  const proof = await readyProof(given, 'second-factor');
  const done = await transaction(asNobody(context, said.workspaceId), () => finishOnce(said, proof, context));
  if ('refusal' in done) throw done.refusal;
  return { ...(await complete(done.admission, context)), recoveryCodesLeft: done.recoveryCodesLeft };
}

async function finishOnce(said: TicketSaid, proof: ReadyProof, context: RequestContext): Promise<Finished | { refusal: Problem }> {
  const open = await openTicket(said);
  if (open === null) return { refusal: identityProblems.ticketInvalid() };
  const { row, person } = open;
  const judged = await judgeProof(person, proof, context);
  if (judged.outcome !== 'accepted') return { refusal: await refuse({ row, judged, proof }, context) };
  // A password that was changed while this one was judged.
  if (judged.person.credentialVersion !== row.credentialVersion) return { refusal: identityProblems.ticketInvalid() };
  await spendTicket(row.id);
  const way = { method: row.method, proofs: [...new Set([...row.proofs, ...judged.proofs])] };
  return { admission: await admit(judged.person, way, context), recoveryCodesLeft: judged.recoveryCodesLeft };
}

/** The ticket's row, locked, when it still opens something: unused, in time, tries left, nothing changed since. */
async function openTicket({ id, accountId }: TicketSaid): Promise<{ row: TicketRow; person: Account } | null> {
  const row = await lockOpenTicket(id);
  if (row === undefined || row.accountId !== accountId || row.tries >= triesPerTicket) return null;
  const person = await findAccount(accountId);
  return person?.active && person.credentialVersion === row.credentialVersion ? { row, person } : null;
}

type Refused = Exclude<Judged, { outcome: 'accepted' }>;
async function refuse(
  { row, judged, proof }: { row: TicketRow; judged: Refused; proof: ReadyProof },
  context: RequestContext,
): Promise<Problem> {
  const problem = refusalOf(judged, proof);
  const isLocked = judged.outcome === 'locked';
  if (!isLocked) await countTry(row.id);
  await noteHistory({ accountId: row.accountId, outcome: isLocked ? 'locked' : 'failed', way: row }, context);
  await audit.record({
    action: 'identity.login',
    resource: { type: 'users', id: row.accountId },
    outcome: isLocked ? 'denied' : 'failed',
    reason: problem.code,
  });
  return problem;
}

export async function secondStepOptions({ ticket }: ParsedInputOf<typeof loginFactorOptions>, context: RequestContext) {
  const said = readTicket(ticket);
  if (said === null) throw identityProblems.ticketInvalid();
  const keys = await transaction(asNobody(context, said.workspaceId), async () =>
    (await openTicket(said)) === null ? null : listPasskeys(said.accountId),
  );
  if (keys === null) throw identityProblems.ticketInvalid();
  return ownKeyOptions('second-factor', said.accountId, keys);
}
