/** Signing out at the provider too, and hearing from it that somebody signed out there. */
import { createLocalJWKSet, decodeJwt, jwtVerify } from 'jose';
import { z } from 'zod';
import type { ParsedInputOf } from '../../../contract/endpoint.ts';
import { audit } from '../../../platform/audit.ts';
import { afterCommit, transaction } from '../../../platform/database/database.ts';
import type { RequestContext } from '../../../platform/http/handle.ts';
import { parseJsonBody } from '../../../platform/http/input.ts';
import { outsideUrl } from '../../../platform/http/outside-address.ts';
import { askOutside } from '../../../platform/http/outside-request.ts';
import { log } from '../../../platform/log.ts';
import { asNobody } from '../people/person.ts';
import { forgetRemembered } from '../sign-in/identify.ts';
import { ownAddress } from './addresses.ts';
import { enabledProvider } from './begin.ts';
import { randomToken, tokenDigest } from './browser-binding.ts';
import { endSessionsFrom, type SessionOrigin } from './link-store.ts';
import { clockSkewSeconds, discover, type OpenidProvider } from './openid.ts';
import { singleSignOnProblems } from './provider-contract.ts';
import { isKind, type Provider } from './provider-store.ts';
import { noteMessage } from './request-store.ts';
import { redirectAddress, signOutRequest } from './saml/message.ts';
import { ownKey } from './saml/sign-on.ts';
import type { backChannelLogout } from './sign-in-contract.ts';
import { issuerOf, keysOfTenant, subjectIn } from './tenants.ts';

/** Where the browser goes to sign out there; null when the provider has no such place. What is wrong there keeps nobody signed in here. */
export async function signOutAddress(provider: Provider, origin: SessionOrigin): Promise<string | null> {
  try {
    if (isKind(provider, 'openid-connect')) return await openidSignOut(provider);
    if (!isKind(provider, 'saml') || provider.settings.signOutUrl === null) return null;
    const destination = outsideUrl(provider.settings.signOutUrl, provider.policy.reach).href;
    const leaving = { nameId: origin.subject, form: origin.subjectForm, sessionIndex: origin.providerSession };
    const xml = signOutRequest(provider.slug, { id: `_${randomToken()}`, destination, ...leaving });
    return redirectAddress({ destination, field: 'SAMLRequest', xml, privateKey: await ownKey(provider) });
  } catch (error) {
    log('error').warn(
      { code: 'identity.providerSignOut', provider: provider.slug, error },
      'Nobody could be led to sign out at the provider',
    );
    return null;
  }
}

/** RP-initiated logout. Without a token hint, which would have to be kept, the provider may ask the person once more. */
async function openidSignOut(provider: OpenidProvider): Promise<string | null> {
  const { end_session_endpoint: endpoint } = await discover(provider);
  if (endpoint === undefined) return null;
  const url = outsideUrl(endpoint, provider.policy.reach);
  url.searchParams.set('client_id', provider.settings.clientId);
  url.searchParams.set('post_logout_redirect_uri', ownAddress('/sign-in'));
  return url.href;
}

const logoutEvent = 'http://schemas.openid.net/event/backchannel-logout';
/** Signatures by the provider's own key only; none of these can be made from what is public. */
const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'];
const LogoutClaims = z.object({
  jti: z.string().min(1).max(500),
  exp: z.int(),
  sub: z.string().min(1).max(1024).optional(),
  sid: z.string().min(1).max(500).optional(),
  events: z.record(z.string(), z.unknown()),
});
type LogoutClaims = z.output<typeof LogoutClaims>;
const Keys = z.object({ keys: z.array(z.looseObject({ kty: z.string() })).max(100) });

/** The token is the proof: signed by the provider, for us, fresh, once (OpenID Connect Back-Channel Logout 1.0, 2.6). */
export async function endByProvider(
  { slug, logout_token: token }: ParsedInputOf<typeof backChannelLogout>,
  context: RequestContext,
): Promise<{ ended: number }> {
  const provider = await enabledProvider(slug);
  if (!isKind(provider, 'openid-connect')) throw singleSignOnProblems.providerNotFound({ id: slug });
  const claims = await logoutClaims(provider, token);
  const ended = await transaction(asNobody(context, provider.workspaceId), async () => {
    const isNew = await noteMessage(provider.id, tokenDigest(`logout ${claims.jti}`), new Date((claims.exp + 2 * clockSkewSeconds) * 1000));
    if (!isNew) throw singleSignOnProblems.logoutToken({ reason: 'it was used already' });
    return endHere(provider, { subject: claims.sub ?? null, providerSession: claims.sid ?? null });
  });
  return { ended };
}

/** In a transaction of the provider's workspace. */
export async function endHere(provider: Provider, whose: { subject: string | null; providerSession: string | null }): Promise<number> {
  const ended = await endSessionsFrom({ providerId: provider.id, method: provider.kind, ...whose });
  for (const { accountId, sessionId } of ended) {
    await audit.record({
      action: 'identity.logout',
      resource: { type: 'sessions', id: sessionId },
      outcome: 'done',
      change: { after: { endedBy: provider.slug, accountId } },
    });
  }
  afterCommit(forgetRemembered);
  return ended.length;
}

async function logoutClaims(provider: OpenidProvider, token: string): Promise<LogoutClaims> {
  const { issuer: described, jwks_uri: keysUrl } = await discover(provider);
  if (keysUrl === undefined) throw singleSignOnProblems.providerUnavailable();
  const answer = await askOutside(keysUrl, { reach: provider.policy.reach });
  const { issuer, tenant } = issuerOfToken(provider, described, token);
  const set = parseJsonBody(answer.body);
  const keys = createLocalJWKSet(Keys.parse(tenant === null ? set : keysOfTenant(set, { template: described, tenant })));
  const { payload } = await jwtVerify(token, keys, {
    issuer,
    audience: provider.settings.clientId,
    algorithms,
    clockTolerance: clockSkewSeconds,
    maxTokenAge: '10 minutes',
    requiredClaims: ['iat', 'exp', 'jti', 'events'],
  }).catch((error: unknown) => {
    throw singleSignOnProblems.logoutToken({ reason: 'signature, issuer, audience or time is wrong' }, { cause: error });
  });
  const claims = LogoutClaims.safeParse(payload);
  const isLogout = claims.success && Object.hasOwn(claims.data.events, logoutEvent) && !('nonce' in payload);
  if (!isLogout || (claims.data.sub === undefined && claims.data.sid === undefined))
    throw singleSignOnProblems.logoutToken({ reason: 'it is no logout token' });
  const { sub } = claims.data;
  return tenant === null || sub === undefined ? claims.data : { ...claims.data, sub: subjectIn(tenant, sub) };
}

/** Of many tenants the one whose issuer the token names, as long as it is listed; the signature is checked under that issuer's keys. */
function issuerOfToken({ settings: { tenants } }: OpenidProvider, described: string, token: string) {
  if (tenants === undefined) return { issuer: described, tenant: null };
  const tenant = tenants.find((one) => issuerOf(described, one) === claimedIssuer(token));
  if (tenant === undefined) throw singleSignOnProblems.logoutToken({ reason: 'signature, issuer, audience or time is wrong' });
  return { issuer: issuerOf(described, tenant), tenant };
}

function claimedIssuer(token: string): string | undefined {
  try {
    return decodeJwt(token).iss;
  } catch {
    return undefined; // no token: of no tenant
  }
}
