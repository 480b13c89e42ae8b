/** One address, one key: sign-in and uniqueness must not hang on how it was typed. */
import { hash } from 'node:crypto';

export function emailKey(email: string): string {
  return email.trim().normalize('NFKC').toLowerCase();
}

/** What failed sign-ins are counted under: no typed address is kept in clear. */
export function failureSubject(key: string): Buffer {
  return hash('sha256', `sign-in.${key}`, 'buffer');
}
