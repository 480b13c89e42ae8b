/** Single logout: a provider says that somebody signed out there, or answers that we did. */
import { createPublicKey, verify, X509Certificate } from 'node:crypto';
import { inflateRawSync } from 'node:zlib';
import type { ParsedInputOf } from '../../../../contract/endpoint.ts';
import { isProblem } from '../../../../contract/problem.ts';
import { audit } from '../../../../platform/audit.ts';
import { transaction } from '../../../../platform/database/database.ts';
import type { RequestContext } from '../../../../platform/http/handle.ts';
import { outsideUrl } from '../../../../platform/http/outside-address.ts';
import type { RedirectAnswer } from '../../../../platform/http/redirect.ts';
import { asNobody } from '../../people/person.ts';
import { ownAddress, refusedPage, samlPath } from '../addresses.ts';
import { enabledProvider } from '../begin.ts';
import { randomToken, tokenDigest } from '../browser-binding.ts';
import { singleSignOnProblems } from '../provider-contract.ts';
import { isKind } from '../provider-store.ts';
import { noteMessage } from '../request-store.ts';
import { maxSamlBytes, type samlLogout } from '../sign-in-contract.ts';
import { endHere } from '../sign-out.ts';
import { clockSkewMs } from './assertion.ts';
import { checkSaml } from './check-saml.ts';
import { redirectAddress, signOutAnswer } from './message.ts';
import type { LogoutFacts } from './saml-worker.ts';
import { ownKey, type SamlProvider } from './sign-on.ts';

type Input = ParsedInputOf<typeof samlLogout>;
const longestMs = 10 * 60_000;
const hashes: Readonly<Record<string, string>> = {
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256': 'sha256',
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha384': 'sha384',
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512': 'sha512',
};

export async function takeLogoutByRedirect(input: Input, context: RequestContext): Promise<RedirectAnswer> {
  const provider = await samlProvider(input.slug);
  const { name, value } = messageOf(input);
  return orSaid({ provider, name, context }, async () => {
    if (!isAddressSigned(context.rawQuery ?? '', name, provider)) throw refused('its address is not signed by the provider');
    return act(provider, { xml: inflated(value), certificates: null, relayState: input.RelayState }, context);
  });
}

export async function takeLogoutByForm(input: Input, context: RequestContext): Promise<RedirectAnswer> {
  const provider = await samlProvider(input.slug);
  const { name, value } = messageOf(input);
  return orSaid({ provider, name, context }, () => {
    const xml = Buffer.from(value, 'base64').toString('utf8');
    return act(provider, { xml, certificates: provider.settings.certificates, relayState: input.RelayState }, context);
  });
}

type Heard = { readonly provider: SamlProvider; readonly name: Message['name']; readonly context: RequestContext };
/**
 * A browser stands at this address, so what is refused leads to a page that says it. An answer changes nothing here, trusted or not: the
 * session was ended before we asked. A request that is not trusted ends nothing, and its reason is for the admin.
 */
async function orSaid({ provider, name, context }: Heard, hear: () => Promise<RedirectAnswer>): Promise<RedirectAnswer> {
  try {
    return await hear();
  } catch (error) {
    if (!isProblem(error) || error.code !== refused('').code) throw error;
    if (name === 'SAMLResponse') return { location: refusedPage(singleSignOnProblems.signedOutHere().code, '/') };
    await recordRefused(provider, String(error.params['reason']), context);
    return { location: `/account?refused=${singleSignOnProblems.logoutRefused().code}` };
  }
}

function recordRefused(provider: SamlProvider, check: string, context: RequestContext): Promise<void> {
  return transaction(asNobody(context, provider.workspaceId), () =>
    audit.record({
      action: 'identity.logout',
      resource: { type: 'sign-in-providers', id: provider.id },
      outcome: 'failed',
      reason: singleSignOnProblems.logoutRefused().code,
      change: { after: { method: 'saml', check } },
    }),
  );
}

const refused = (reason: string) => singleSignOnProblems.logoutToken({ reason });

async function samlProvider(slug: string): Promise<SamlProvider> {
  const provider = await enabledProvider(slug);
  if (!isKind(provider, 'saml')) throw singleSignOnProblems.providerNotFound({ id: slug });
  return provider;
}

type Message = { readonly name: 'SAMLRequest' | 'SAMLResponse'; readonly value: string };
function messageOf({ SAMLRequest, SAMLResponse }: Input): Message {
  if (SAMLRequest !== undefined && SAMLResponse === undefined) return { name: 'SAMLRequest', value: SAMLRequest };
  if (SAMLResponse !== undefined && SAMLRequest === undefined) return { name: 'SAMLResponse', value: SAMLResponse };
  throw refused('it is neither one request nor one answer');
}

/** Over the very letters of the query, in the order of the standard (SAML 2.0 Bindings, 3.4.4.1). Without a signature nothing is believed. */
export function isAddressSigned(query: string, name: string, { settings }: Pick<SamlProvider, 'settings'>): boolean {
  const parts = new Map(query.split('&').map((pair) => [pair.split('=', 1)[0] ?? '', pair] as const));
  const signed = [name, 'RelayState', 'SigAlg'].flatMap((one) => parts.get(one) ?? []).join('&');
  const fields = new URLSearchParams(query);
  const hash = hashes[fields.get('SigAlg') ?? ''];
  const signature = fields.get('Signature');
  if (hash === undefined || signature === null || parts.size !== query.split('&').length) return false;
  return settings.certificates.some((certificate) => {
    const key = createPublicKey(new X509Certificate(certificate).publicKey.export({ type: 'spki', format: 'pem' }));
    return key.asymmetricKeyType === 'rsa' && verify(hash, Buffer.from(signed), key, Buffer.from(signature, 'base64'));
  });
}

/** Bounded while it grows: a small message can hide a large one. Its XML is parsed by the worker. */
function inflated(base64: string): string {
  try {
    return inflateRawSync(Buffer.from(base64, 'base64'), { maxOutputLength: maxSamlBytes }).toString('utf8');
  } catch {
    throw refused('it cannot be unpacked');
  }
}

type Told = { readonly xml: string; readonly certificates: readonly string[] | null; readonly relayState: string | undefined };
async function act(provider: SamlProvider, { xml, certificates, relayState }: Told, context: RequestContext): Promise<RedirectAnswer> {
  const checked = await checkSaml({ kind: 'logout', xml, certificates });
  if ('fault' in checked) throw refused(checked.fault.detail);
  if (!('logout' in checked)) throw refused('it is no logout message');
  const { logout } = checked;
  demandFresh(logout, provider);
  // An answer to our own request: the session here was ended before it was sent.
  if (logout.kind === 'LogoutResponse')
    return { location: logout.isDone ? '/sign-in' : refusedPage(singleSignOnProblems.signedOutHere().code, '/') };
  await transaction(asNobody(context, provider.workspaceId), async () => {
    const isNew = await noteMessage(provider.id, tokenDigest(`logout ${logout.id}`), new Date(Date.now() + longestMs + 4 * clockSkewMs));
    if (!isNew) throw refused('it was used already');
    const sessions = logout.sessionIndexes.length === 0 ? [null] : logout.sessionIndexes;
    for (const providerSession of sessions) await endHere(provider, { subject: logout.nameId, providerSession });
  });
  return answerTo(provider, logout.id, relayState);
}

function demandFresh(
  { issuer, destination, issueInstant, notOnOrAfter, nameId, kind, id }: LogoutFacts,
  { slug, settings }: SamlProvider,
): void {
  const now = Date.now();
  const issued = Date.parse(issueInstant);
  const service = ownAddress(samlPath(slug, 'slo'));
  if (issuer !== settings.entityId) throw refused('it comes from another issuer');
  if (destination !== null && destination !== service) throw refused('it is addressed to somebody else');
  const isTimely = issued <= now + clockSkewMs && issued + longestMs + clockSkewMs >= now;
  const isOver = notOnOrAfter !== null && !(Date.parse(notOnOrAfter) + clockSkewMs > now);
  if (!isTimely || isOver) throw refused('it is not valid now');
  if (id === '' || (kind === 'LogoutRequest' && (nameId === null || nameId === ''))) throw refused('it names nobody');
}

async function answerTo(provider: SamlProvider, answers: string, relayState: string | undefined): Promise<RedirectAnswer> {
  const { signOutUrl } = provider.settings;
  if (signOutUrl === null) return { location: '/sign-in' };
  const destination = outsideUrl(signOutUrl, provider.policy.reach);
  const xml = signOutAnswer(provider.slug, { id: `_${randomToken()}`, destination: destination.href, answers });
  const location = redirectAddress({
    destination: destination.href,
    field: 'SAMLResponse',
    xml,
    relayState,
    privateKey: await ownKey(provider),
  });
  return { location, origin: destination.origin };
}
