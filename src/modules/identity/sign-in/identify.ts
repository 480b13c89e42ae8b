/** Who sends a request: by the key or token of its header, else by the hash of the session cookie; remembered for at most a second. */
import type { Actor } from '../../../contract/actor.ts';
import { config } from '../../../platform/config.ts';
import { systemTransaction } from '../../../platform/database/database.ts';
import type { Identified, Shown } from '../../../platform/http/server-parts.ts';
import { derivedKey } from '../../../platform/secret.ts';
import { heldOf, permissionsIn } from '../people/person.ts';
import { touchSessionAcrossWorkspaces } from '../store.ts';
import { actorOfBearer } from '../tokens/bearer.ts';
import { checkCsrf, csrfCookie } from './csrf.ts';
import { hashSessionToken, sessionCookieName } from './session-token.ts';

/** A session revoked in another process still passes here for this long, no longer. */
const rememberedMs = 1000;
const mostRemembered = 10_000;

/** The answer once it is known, the look-up until then. */
type Remembered = { readonly until: number; found: Found | null | Promise<Found | null> };
type Found = { readonly actor: Actor; readonly sessionId: string };
/** By token: hashing it costs more than the look-up. Tokens of requests are in memory anyway; none stays longer than its second. */
const remembered = new Map<string, Remembered>();

/**
 * The person behind a request, or null: at once while they are remembered.
 *
 * @param cookies as the browser sent them; only the session cookie's value decides, and only where no key or token is shown.
 * @returns the actor with the permissions of the role they have now, and a check of their CSRF token.
 * @throws identity.bearer for a key or token that does not work: it never falls back to the cookie beside it.
 * @throws request.unavailable when the database is away and nothing is remembered.
 */
export function identify(
  cookies: ReadonlyMap<string, string>,
  { authorization, address }: Shown,
): Identified | null | Promise<Identified | null> {
  // Other schemes are between a browser and what stands before us.
  if (authorization !== undefined && /^bearer\b/i.test(authorization))
    return actorOfBearer(authorization, address).then((actor) => ({ actor, checkCsrf: () => true }));
  const token = cookies.get(sessionCookieName(config().secureCookies));
  if (token === undefined) return null;
  const found = personOf(token);
  return found instanceof Promise ? found.then((person) => identified(person, cookies)) : identified(found, cookies);
}

function identified(found: Found | null, cookies: ReadonlyMap<string, string>): Identified | null {
  if (found === null) return null;
  const { actor, sessionId } = found;
  const secret = derivedKey('csrf');
  return { actor, checkCsrf: (header) => checkCsrf({ cookie: cookies.get(csrfCookie), header, sessionId, secret }) };
}

/** Takes a person's sessions out of memory: what was ended or changed here holds for the very next request here. */
export function forgetRemembered(): void {
  remembered.clear();
}

function personOf(token: string): Found | null | Promise<Found | null> {
  const now = performance.now();
  const known = remembered.get(token);
  if (known !== undefined && known.until > now) return known.found;
  const tokenHash = hashSessionToken(token);
  if (tokenHash === null) return null;
  makeRoom();
  const found = lookUp(tokenHash);
  // The second runs from before the look-up, so that an answer is never older than it.
  const entry: Remembered = { until: now + rememberedMs, found };
  remembered.set(token, entry);
  const forget = (): void => void (remembered.get(token) === entry && remembered.delete(token));
  found.then((person) => {
    entry.found = person;
  }, forget);
  setTimeout(forget, rememberedMs).unref();
  return found;
}

async function lookUp(tokenHash: Buffer): Promise<Found | null> {
  const found = await systemTransaction(() => touchSessionAcrossWorkspaces(tokenHash, config().SESSION_IDLE_MINUTES));
  if (!found) return null;
  const { session, role } = found;
  const actor: Actor = {
    kind: 'user',
    id: session.accountId,
    workspaceId: session.workspaceId,
    role,
    permissions: permissionsIn(session, role),
    sessionId: session.id,
    verifiedAt: session.verifiedAt.getTime(),
    ...(session.enrolmentOnly ? { enrolmentOnly: true } : {}),
    ...heldOf(found),
  };
  return { actor, sessionId: session.id };
}

/** Invented tokens are remembered as nobody, which spares the database; the bound keeps them from filling memory. */
function makeRoom(): void {
  if (remembered.size >= mostRemembered) remembered.clear();
}
