/** Codes on paper for the day the phone is lost: each opens once. */
import { hash, randomBytes } from 'node:crypto';

/** 32 letters and digits; those that look like another are left out. */
const alphabet = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';
const length = 24;
export const codesGiven = 10;

/** 120 random bits each: they cannot be guessed, so their hash need not be slow (OWASP ASVS 5, 6.5.2 asks that below 112 bits). */
export function newRecoveryCodes(): string[] {
  return Array.from({ length: codesGiven }, () => {
    const letters = [...randomBytes(length)].map((byte) => alphabet[byte & 31] ?? '').join('');
    return letters.replace(/.{4}(?=.)/g, '$&-');
  });
}

/** However it was typed: spaces, dashes and case do not matter. Bound to the account, so that equal codes of two people differ. */
export function hashRecoveryCode(accountId: string, typed: string): Buffer {
  return hash('sha256', `recovery.${accountId}.${typed.toUpperCase().replace(/[^0-9A-Z]/g, '')}`, 'buffer');
}
