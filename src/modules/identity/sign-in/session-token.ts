/** The bearer of a session: 256 random bits in a cookie; the database knows only their hash. */
import { hash, randomBytes } from 'node:crypto';

export function newSessionToken(): string {
  return randomBytes(32).toString('base64url');
}

/** SHA-256 is enough here: 256 random bits cannot be guessed, so nothing has to be slow. null for text that is no token. */
export function hashSessionToken(token: string): Buffer | null {
  if (!/^[A-Za-z0-9_-]{43}$/.test(token)) return null;
  return hash('sha256', token, 'buffer');
}

/** `__Host-` binds the cookie to this host over TLS; browsers refuse the prefix without TLS. */
export function sessionCookieName(secure: boolean): string {
  return secure ? '__Host-aispm' : 'aispm_session';
}
