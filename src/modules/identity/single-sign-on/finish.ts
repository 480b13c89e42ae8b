/** The last stretch of a sign-in by a provider: by its purpose, into an account, onto the account page, or into a test report. */
import { isProblem } from '../../../contract/problem.ts';
import { audit } from '../../../platform/audit.ts';
import { attempt, transaction } from '../../../platform/database/database.ts';
import { isUniqueViolation } from '../../../platform/database/database-problem.ts';
import type { RequestContext } from '../../../platform/http/handle.ts';
import type { RedirectAnswer } from '../../../platform/http/redirect.ts';
import { finishSignIn } from '../factors/finish-sign-in.ts';
import { tellOwner } from '../notices/notice.ts';
import { asNobody } from '../people/person.ts';
import type { SignInWay } from '../sign-in/start-session.ts';
import { chooseAccount } from './account-choice.ts';
import { refusedPage } from './addresses.ts';
import { type Arrival, hasSecondFactor } from './arrival.ts';
import { asRefusal, type Walk } from './checks.ts';
import { insertLink, noteProvedAt, noteSessionOrigin } from './link-store.ts';
import { singleSignOnProblems } from './provider-contract.ts';
import type { Provider } from './provider-store.ts';
import { type RequestRow, saveReport } from './request-store.ts';
import { settleAccount } from './settle-account.ts';

export type UnderWay = { readonly provider: Provider; readonly request: RequestRow; readonly walk: Walk; readonly context: RequestContext };

/** Runs the checks of a protocol and then the purpose; never rejects: what goes wrong is recorded, and the browser is led to the words for it. */
export async function finish(underWay: UnderWay, arrive: () => Promise<Arrival>): Promise<RedirectAnswer> {
  const { request } = underWay;
  try {
    const arrival = await arrive();
    if (request.purpose === 'test') return await reportTest(underWay, arrival);
    if (request.purpose === 'connect') return await connectAccount(underWay, arrival);
    return await enter(underWay, arrival);
  } catch (error) {
    return refuseSignIn(underWay, error);
  }
}

async function enter({ provider, request, walk, context }: UnderWay, arrival: Arrival): Promise<RedirectAnswer> {
  const account = await transaction(asNobody(context, provider.workspaceId), () => settleAccount(provider, arrival, { walk, context }));
  const way: SignInWay = { method: provider.kind, proofs: hasSecondFactor(arrival, provider.policy) ? ['provider-mfa'] : [] };
  try {
    const user = await finishSignIn(account, way, context);
    const { subject, subjectForm, providerSession, provedAt } = arrival;
    await transaction(asNobody(context, provider.workspaceId), async () => {
      await noteSessionOrigin({ sessionId: user.session.id, providerId: provider.id, subject, subjectForm, providerSession });
      if (provedAt !== null) await noteProvedAt(user.session.id, new Date(provedAt));
    });
    return { location: request.next };
  } catch (error) {
    if (isProblem(error) && error.code === 'identity.secondFactorNeeded') return { location: secondStepPage(error.params, request.next) };
    throw error;
  }
}

/** In the fragment: browsers send it to no server, so the ticket stands in no log. */
function secondStepPage(params: Readonly<Record<string, unknown>>, next: string): string {
  const fragment = new URLSearchParams({ ticket: String(params['ticket']), factors: String(params['factors']) });
  const query = next === '/' ? '' : `?${new URLSearchParams({ next })}`;
  return `/sign-in${query}#${fragment}`;
}

/** The owner of an account connects it: in the browser and the session that began it. */
async function connectAccount({ provider, request, walk, context }: UnderWay, arrival: Arrival): Promise<RedirectAnswer> {
  const { accountId } = request;
  if (accountId === null || context.actor.id !== accountId || context.actor.sessionId === undefined)
    throw singleSignOnProblems.signInExpired();
  walk.at('account');
  await transaction(context, async () => {
    try {
      const draft = { providerId: provider.id, subject: arrival.subject, accountId, email: arrival.email, madeBy: 'owner' } as const;
      await attempt(() => insertLink(draft));
    } catch (error) {
      if (isUniqueViolation(error, 'provider_link_subject')) throw singleSignOnProblems.identityInUse();
      throw error;
    }
    await tellOwner(accountId, 'provider-connected', context);
    await audit.record({
      action: 'identity.connect-sign-in',
      resource: { type: 'users', id: accountId },
      outcome: 'done',
      change: { after: { provider: provider.slug, by: 'owner' } },
    });
  });
  return { location: `/account?connected=${provider.slug}` };
}

async function reportTest(underWay: UnderWay, arrival: Arrival): Promise<RedirectAnswer> {
  const { provider, walk, context } = underWay;
  try {
    await transaction(asNobody(context, provider.workspaceId), () => chooseAccount(provider, arrival, walk), { readOnly: true });
    walk.finish();
  } catch (error) {
    asRefusal(error, walk);
  }
  return keepReport(underWay, arrival);
}

async function keepReport({ provider, request, walk, context }: UnderWay, arrival: Arrival | null): Promise<RedirectAnswer> {
  const report = { checks: walk.report(), claims: arrival?.claims ?? null };
  await transaction(asNobody(context, provider.workspaceId), () => saveReport(request.id, report));
  return { location: testPage(provider.id, request.id) };
}

const testPage = (providerId: string, test: string): string => `/settings/sign-in-providers/${providerId}?test=${test}`;

/** Records what went wrong and leads the browser to the words for it. */
export async function refuseSignIn(underWay: UnderWay, error: unknown): Promise<RedirectAnswer> {
  const { provider, request, walk, context } = underWay;
  const problem = asRefusal(error, walk);
  if (request.purpose === 'test') return keepReport(underWay, null);
  await recordRefused(provider, { walk, context, reason: problem.code });
  if (request.purpose === 'connect') return { location: `/account?refused=${encodeURIComponent(problem.code)}` };
  return { location: refusedPage(problem.code, request.next) };
}

type Refused = { readonly walk: Walk; readonly context: RequestContext; readonly reason: string };
/** Says which check failed; never what the provider said about whom. */
function recordRefused(provider: Provider, { walk, context, reason }: Refused): Promise<void> {
  return transaction(asNobody(context, provider.workspaceId), () =>
    audit.record({
      action: 'identity.login',
      resource: { type: 'sign-in-providers', id: provider.id },
      outcome: 'failed',
      reason,
      change: { after: { method: provider.kind, check: walk.current } },
    }),
  );
}
