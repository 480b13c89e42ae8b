/**
 * The second stretch of a SAML sign-in, in two steps: another site's form brings the answer, without our cookies; once it is verified the
 * browser is led to a page of ours, with its cookies, where only the browser that began can take it up.
 */
import type { ParsedInputOf } from '../../../../contract/endpoint.ts';
import { isProblem } from '../../../../contract/problem.ts';
import { transaction } from '../../../../platform/database/database.ts';
import type { RequestContext } from '../../../../platform/http/handle.ts';
import type { RedirectAnswer } from '../../../../platform/http/redirect.ts';
import { asNobody } from '../../people/person.ts';
import { entityIdOf, ownAddress, refusedPage, samlPath } from '../addresses.ts';
import { Arrival, checkedArrival } from '../arrival.ts';
import { findProviderAcross } from '../begin.ts';
import { boundBrowser, randomToken, tokenDigest } from '../browser-binding.ts';
import { Walk } from '../checks.ts';
import { finish, refuseSignIn } from '../finish.ts';
import { freshSeconds } from '../protocol.ts';
import { singleSignOnProblems } from '../provider-contract.ts';
import { isKind } from '../provider-store.ts';
import { noteMessage, type RequestRow, saveArrival, takeRequest, takeTicket } from '../request-store.ts';
import { claimText } from '../role-rules.ts';
import type { samlAnswer, samlFinish } from '../sign-in-contract.ts';
import { clockSkewMs, type SamlFacts } from './assertion.ts';
import { checkSaml } from './check-saml.ts';
import { ownKey, type SamlProvider } from './sign-on.ts';

const expired = (): RedirectAnswer => ({ location: refusedPage(singleSignOnProblems.signInExpired().code, '/') });

/** A RelayState nobody here gave out is refused before a byte of XML is looked at: sign-in begins here, never at the provider. */
export async function takeSamlAnswer(input: ParsedInputOf<typeof samlAnswer>, context: RequestContext): Promise<RedirectAnswer> {
  const { slug, RelayState: state = '', SAMLResponse: message } = input;
  const provider = await findProviderAcross(slug);
  if (!provider || !isKind(provider, 'saml') || state === '') return expired();
  const stateHash = tokenDigest(state);
  const request = await transaction(asNobody(context, provider.workspaceId), () => takeRequest(provider.id, { stateHash }));
  if (!request) return expired();
  const walk = new Walk('saml');
  try {
    if (!provider.enabled && request.purpose !== 'test') throw singleSignOnProblems.providerUnavailable();
    const arrival = await samlArrival(provider, { request, message, walk, context });
    const ticket = randomToken();
    await transaction(asNobody(context, provider.workspaceId), () => saveArrival(request.id, tokenDigest(ticket), arrival));
    return { location: `${samlPath(slug, 'finish')}?ticket=${ticket}` };
  } catch (error) {
    return refuseSignIn({ provider, request, walk, context }, error);
  }
}

type Answer = { readonly request: RequestRow; readonly message: string; readonly walk: Walk; readonly context: RequestContext };
async function samlArrival(provider: SamlProvider, { request, message, walk, context }: Answer): Promise<Arrival> {
  const { slug, settings } = provider;
  const checked = await checkSaml({
    kind: 'answer',
    message,
    certificates: settings.certificates,
    privateKey: await ownKey(provider),
    expected: {
      provider: settings.entityId,
      audience: entityIdOf(slug),
      service: ownAddress(samlPath(slug, 'acs')),
      requestId: request.samlRequestId ?? '',
      now: Date.now(),
    },
  }).catch((error: unknown) => {
    throw walk.refused(isProblem(error) ? error.message : 'The check of the answer failed.');
  });
  if ('fault' in checked) {
    walk.at(checked.fault.check);
    throw walk.refused(checked.fault.detail);
  }
  if (!('facts' in checked)) throw walk.refused('It is no answer to a sign-in.');
  demandFresh(checked.facts, request, walk);
  await demandNew(provider, checked.facts, { walk, context });
  return checkedArrival(arrivalOf(checked.facts, provider), walk);
}

function demandFresh({ provedAt }: SamlFacts, { fresh }: RequestRow, walk: Walk): void {
  if (!fresh || (provedAt !== null && provedAt + freshSeconds * 1000 + clockSkewMs > Date.now())) return;
  walk.at('time');
  throw walk.refused('A fresh proof was asked for, and the provider named an older one.');
}

async function demandNew(provider: SamlProvider, facts: SamlFacts, { walk, context }: Pick<Answer, 'walk' | 'context'>): Promise<void> {
  walk.at('replay');
  const digest = tokenDigest(`assertion ${facts.assertionId}`);
  const isNew = await transaction(asNobody(context, provider.workspaceId), () =>
    noteMessage(provider.id, digest, new Date(facts.validUntil + 60_000)),
  );
  if (!isNew) throw walk.refused('This assertion was used already.');
}

function arrivalOf(
  { provedAt, nameId, nameIdFormat, nameQualifier, spNameQualifier, sessionIndex, authenticationContext, attributes }: SamlFacts,
  { settings }: SamlProvider,
) {
  const claims = { ...attributes, nameId, ...(nameIdFormat === null ? {} : { nameIdFormat }) };
  const fromName = nameIdFormat?.endsWith(':emailAddress') === true ? nameId : null;
  return {
    subject: nameId,
    email: claimText(attributes, settings.emailAttribute) ?? fromName,
    // SAML has no word for it: what counts is what the admin says about this provider.
    emailVerified: false,
    name: claimText(attributes, settings.nameAttribute),
    claims,
    contexts: authenticationContext === null ? [] : [authenticationContext],
    providerSession: sessionIndex,
    subjectForm: { format: nameIdFormat, nameQualifier, spNameQualifier },
    provedAt: provedAt === null ? null : new Date(provedAt).toISOString(),
  };
}

export async function finishSaml({ slug, ticket }: ParsedInputOf<typeof samlFinish>, context: RequestContext): Promise<RedirectAnswer> {
  const provider = await findProviderAcross(slug);
  const browser = boundBrowser(context);
  if (provider?.kind !== 'saml' || browser === null) return expired();
  const request = await transaction(asNobody(context, provider.workspaceId), () => takeTicket(provider.id, tokenDigest(ticket), browser));
  if (!request) return expired();
  const walk = new Walk('saml');
  walk.at('subject');
  return finish({ provider, request, walk, context }, async () => Arrival.parse(request.arrival));
}
