/** The texts that are shown instead of a password: how they are made, read and hashed. Pure but for random bits. */
import { hash, randomBytes, randomInt } from 'node:crypto';

const letters = 'abcdefghijklmnopqrstuvwxyz0123456789';
const keyForm = /^aispm_([a-z0-9]{12})_([A-Za-z0-9_-]{43})$/;
const refreshForm = /^aispmr_[A-Za-z0-9_-]{43}$/;

export type NewKey = { readonly publicId: string; readonly text: string; readonly secretHash: Buffer };

/** `aispm_<public id>_<secret>`: 62 bits that may be seen, to tell keys apart, and 256 that may not. The prefix lets secret scanners find it. */
export function newApiKey(): NewKey {
  const publicId = Array.from({ length: 12 }, () => letters[randomInt(letters.length)]).join('');
  const secret = randomBytes(32).toString('base64url');
  return { publicId, text: `aispm_${publicId}_${secret}`, secretHash: secretHashOf(secret) };
}

/** null for text that is no key of ours. */
export function readApiKey(text: string): { readonly publicId: string; readonly secretHash: Buffer } | null {
  const [, publicId, secret] = keyForm.exec(text) ?? [];
  return publicId === undefined || secret === undefined ? null : { publicId, secretHash: secretHashOf(secret) };
}

/** 256 random bits with a prefix that tells what it is. */
export function newRefreshToken(): string {
  return `aispmr_${randomBytes(32).toString('base64url')}`;
}

/** SHA-256; null for text that is no refresh token of ours. */
export function refreshTokenHash(text: string): Buffer | null {
  return refreshForm.test(text) ? hash('sha256', text, 'buffer') : null;
}

function secretHashOf(secret: string): Buffer {
  return hash('sha256', secret, 'buffer');
}

/** The token of an Authorization header of the Bearer scheme (RFC 6750, 2.1); null for any other header. */
export function bearerOf(header: string): string | null {
  const [, token] = /^Bearer +([\w.~+/=-]{1,4096})$/i.exec(header) ?? [];
  return token ?? null;
}
