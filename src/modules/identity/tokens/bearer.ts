/** Who shows a key or token: looked up, remembered for at most a second, as sessions are. */
import type { Actor } from '../../../contract/actor.ts';
import type { Permission } from '../../../contract/permission.ts';
import { audit } from '../../../platform/audit.ts';
import { systemTransaction, transaction } from '../../../platform/database/database.ts';
import { RateLimit } from '../../../platform/http/rate-limit.ts';
import { permissionsOf } from '../people/permission-matrix.ts';
import { heldOf } from '../people/person.ts';
import { readAccessToken } from './access-token.ts';
import { bearerOf, readApiKey } from './bearer-text.ts';
import { isInside } from './networks.ts';
import { tokenProblems } from './token-contract.ts';
import { type Bearer, findFamilyBearerAcrossWorkspaces, type KeyBearer, touchKeyAcrossWorkspaces } from './token-store.ts';

/** A key revoked in another process still passes here for this long, no longer. */
const rememberedMs = 1000;
const mostRemembered = 10_000;

type Known = { readonly actor: Actor; readonly key: KeyBearer | null };
const remembered = new Map<string, { readonly until: number; readonly found: Promise<Known | null> }>();
const rates = new Map<string, RateLimit>();

/**
 * The actor of an Authorization header: with the scopes of the key or token, as far as its person's role has them now.
 *
 * @param address of the caller: keys may be bound to networks.
 * @throws identity.bearer for anything that is no key or token that works; it never falls back to a cookie.
 * @throws identity.keyRate
 */
export async function actorOfBearer(header: string, address: string | null): Promise<Actor> {
  const text = bearerOf(header);
  const known = text === null ? null : await lookUpOnce(text, address);
  if (known === null || !isInside(known.key?.addresses ?? [], address)) throw tokenProblems.bearer();
  if (known.key?.requestsPerMinute != null) countRequest(known.key.id, known.key.requestsPerMinute);
  return known.actor;
}

/** What was revoked or changed here holds for the very next request here. */
export function forgetBearers(): void {
  remembered.clear();
}

function lookUpOnce(text: string, address: string | null): Promise<Known | null> {
  const now = performance.now();
  const before = remembered.get(text);
  if (before !== undefined && before.until > now) return before.found;
  if (remembered.size >= mostRemembered) remembered.clear();
  const found = text.startsWith('aispm_') ? byKey(text, address) : byToken(text);
  const entry = { until: now + rememberedMs, found };
  remembered.set(text, entry);
  const forget = (): void => void (remembered.get(text) === entry && remembered.delete(text));
  found.catch(forget);
  setTimeout(forget, rememberedMs).unref();
  return found;
}

async function byKey(text: string, address: string | null): Promise<Known | null> {
  const shown = readApiKey(text);
  if (shown === null) return null;
  const key = await systemTransaction(() => touchKeyAcrossWorkspaces(shown, address));
  if (key === undefined) return null;
  const actor = actorOf(key, { kind: 'api-key', id: key.id });
  if (key.isFirstUse) await recordFirstUse(actor, address);
  return { actor, key };
}

async function byToken(text: string): Promise<Known | null> {
  const claims = await readAccessToken(text);
  if (claims === null) return null;
  const bearer = await systemTransaction(() => findFamilyBearerAcrossWorkspaces(claims.family), { readOnly: true });
  if (bearer === undefined || bearer.accountId !== claims.sub || bearer.workspaceId !== claims.workspace) return null;
  return { actor: actorOf(bearer, { kind: 'access-token', id: claims.family }), key: null };
}

function actorOf(bearer: Bearer, credential: NonNullable<Actor['credential']>): Actor {
  const { accountId, workspaceId, role, scopes } = bearer;
  const permissions = within(scopes, permissionsOf(role));
  return { kind: 'user', id: accountId, workspaceId, role, permissions, credential, ...heldOf(bearer) };
}

/** A scope the role has lost gives nothing; one it gains gives nothing that was not asked for. */
export function within(scopes: readonly Permission[], permissions: ReadonlySet<Permission>): ReadonlySet<Permission> {
  return new Set(scopes.filter((scope) => permissions.has(scope)));
}

async function recordFirstUse(actor: Actor, address: string | null): Promise<void> {
  const context = { actor, traceId: '0'.repeat(32), signal: new AbortController().signal, address, userAgent: null };
  await transaction(context, () =>
    audit.record({ action: 'identity.use-key-first', resource: { type: 'keys', id: actor.credential?.id ?? null }, outcome: 'done' }),
  );
}

/** Counted in this process. */
function countRequest(id: string, limit: number): void {
  if (rates.size >= mostRemembered) rates.clear();
  const known = rates.get(id);
  const rate = known?.perMinute === limit ? known : new RateLimit(limit);
  rates.set(id, rate);
  const { exceeded, secondsLeft } = rate.count(id, Date.now());
  if (exceeded) throw tokenProblems.keyRate({ limit, seconds: secondsLeft }, { retryAfterSeconds: secondsLeft });
}
