/** Writes and reads how people signed in. */
import type { Context } from '../../../contract/actor.ts';
import type { ParsedInputOf } from '../../../contract/endpoint.ts';
import type { Page } from '../../../contract/page.ts';
import { identityProblems, type listSignIns, type SignIn } from '../contract.ts';
import type { SignInWay } from '../sign-in/start-session.ts';
import { findAccount } from '../store.ts';
import { insertSignIn, type ListedSignIn, listSignInRows } from './sign-in-store.ts';
import type { SignInOutcome } from './table.ts';

type Happened = { readonly accountId: string; readonly outcome: SignInOutcome; readonly way: SignInWay };
/** In a transaction of the person's workspace. */
export async function noteHistory({ accountId, outcome, way }: Happened, context: Pick<Context, 'address' | 'userAgent'>): Promise<void> {
  await insertSignIn({
    accountId,
    outcome,
    method: way.method,
    proofs: [...way.proofs],
    address: context.address?.slice(0, 64) ?? null,
    userAgent: context.userAgent?.slice(0, 400) ?? null,
  });
}

export async function signInsOf({ id, ...paging }: ParsedInputOf<typeof listSignIns>): Promise<Page<SignIn>> {
  if (!(await findAccount(id))) throw identityProblems.userNotFound({ id });
  return listSignInRows(id, paging, signInAnswer);
}

function signInAnswer({ at, ...row }: ListedSignIn): SignIn {
  return { ...row, at: at.toISOString() };
}
