/** The news that something about an account changed of which its owner is told. */
import { z } from 'zod';
import { eventKind } from '../../../contract/event.ts';

/** new-device: signed in from a kind of browser and system that the last 90 days have not seen. */
export const accountNews = [
  'password-changed',
  'password-reset',
  'factor-added',
  'passkey-added',
  'factor-removed',
  'factors-removed',
  'codes-renewed',
  'provider-connected',
  'email-changed',
  'email-changed-by-admin',
  'email-change-stopped',
  'new-device',
] as const;
export const AccountNews = z.enum(accountNews);
export type AccountNews = z.infer<typeof AccountNews>;

/** Stays inside: whose account it is concerns nobody who watches. `device` is in our words, never what a program called itself. */
export const accountChanged = eventKind(
  'account.changed',
  z.object({ accountId: z.uuid(), news: AccountNews, device: z.string().max(60), at: z.iso.datetime() }),
  null,
);
