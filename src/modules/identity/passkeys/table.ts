/** Tables of WebAuthn credentials and challenges; the migrations are the source of their constraints. */
import { sql } from 'drizzle-orm';
import { bigint, boolean, customType, pgSchema, text, timestamp, uuid } from 'drizzle-orm/pg-core';

const identity = pgSchema('identity');
const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' });
const time = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' });

/** A passkey signs in alone; a security key is a second factor. */
export type PasskeyKind = 'passkey' | 'security-key';
export const passkey = identity.table('passkey', {
  id: uuid('id').primaryKey().default(sql`uuidv7()`),
  workspaceId: uuid('workspace_id').notNull().default(sql`platform.current_workspace()`),
  accountId: uuid('account_id').notNull(),
  credentialId: text('credential_id').notNull(),
  publicKey: bytea('public_key').notNull(),
  counter: bigint('counter', { mode: 'number' }).notNull(),
  transports: text('transports').array().notNull().default(sql`'{}'`),
  name: text('name').notNull(),
  kind: text('kind').$type<PasskeyKind>().notNull(),
  backedUp: boolean('backed_up').notNull(),
  createdAt: time('created_at').notNull().defaultNow(),
  lastUsedAt: time('last_used_at'),
});

export type ChallengePurpose = 'register' | 'sign-in' | 'second-factor' | 'verify';
export const passkeyChallenge = identity.table('passkey_challenge', {
  challenge: text('challenge').primaryKey(),
  purpose: text('purpose').$type<ChallengePurpose>().notNull(),
  accountId: uuid('account_id'),
  expiresAt: time('expires_at').notNull(),
});
