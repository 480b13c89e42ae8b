/** Ties a sign-in to the browser that began it: a cookie of 256 random bits, of which the database knows the hash. */
import { hash, randomBytes } from 'node:crypto';
import { config } from '../../../platform/config.ts';
import type { RequestContext } from '../../../platform/http/handle.ts';

const maxAgeSeconds = 15 * 60;
const form = /^[A-Za-z0-9_-]{43}$/;

const cookieName = (): string => (config().secureCookies ? '__Host-aispm-provider' : 'aispm_provider');

export function randomToken(): string {
  return randomBytes(32).toString('base64url');
}

export function tokenDigest(token: string): Buffer {
  return hash('sha256', token, 'buffer');
}

/** The hash to keep with a new sign-in; a browser with several tabs has one cookie for all. */
export function bindBrowser({ cookies, reply }: Pick<RequestContext, 'cookies' | 'reply'>): Buffer {
  const known = cookies.get(cookieName());
  const token = known !== undefined && form.test(known) ? known : randomToken();
  reply.setCookie(cookieName(), token, { httpOnly: true, maxAgeSeconds });
  return tokenDigest(token);
}

/** The hash of this browser's cookie; null when it has none, and then it began nothing. */
export function boundBrowser({ cookies }: Pick<RequestContext, 'cookies'>): Buffer | null {
  const token = cookies.get(cookieName());
  return token !== undefined && form.test(token) ? tokenDigest(token) : null;
}
