/** Double-submit CSRF token, bound to its session: a planted cookie of another session does not pass. */
import { createHmac, type KeyObject, randomBytes, timingSafeEqual } from 'node:crypto';

export const csrfCookie = 'aispm_csrf';

/**
 * Makes the token of a session.
 *
 * @param sessionId the session's id (not its secret token: the CSRF cookie is readable by scripts).
 * @param secret key of the installation, at least 32 bytes, for this purpose only.
 * @returns `<nonce>.<HMAC-SHA256(secret, sessionId.nonce)>`, base64url.
 * @source OWASP CSRF prevention cheat sheet, "signed double-submit cookie".
 */
export function issueCsrf(sessionId: string, secret: KeyObject): string {
  const nonce = randomBytes(16).toString('base64url');
  return `${nonce}.${sign(sessionId, nonce, secret)}`;
}

/** True when cookie and header are the same token and it was issued for this session. Pure; constant time in the token. */
export function checkCsrf(given: {
  cookie: string | undefined;
  header: string | undefined;
  sessionId: string;
  secret: KeyObject;
}): boolean {
  const { cookie, header, sessionId, secret } = given;
  if (!cookie || !header || cookie.length > 200 || !equal(cookie, header)) return false;
  const [nonce, mac, ...rest] = cookie.split('.');
  if (!nonce || !mac || rest.length > 0) return false;
  return equal(mac, sign(sessionId, nonce, secret));
}

function sign(sessionId: string, nonce: string, secret: KeyObject): string {
  return createHmac('sha256', secret).update(`csrf.${sessionId}.${nonce}`).digest('base64url');
}

function equal(left: string, right: string): boolean {
  const a = Buffer.from(left);
  const b = Buffer.from(right);
  return a.length === b.length && timingSafeEqual(a, b);
}
