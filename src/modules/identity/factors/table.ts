/** Tables of second factors, their policy and sign-ins; the migrations are the source of their constraints. */
import { sql } from 'drizzle-orm';
import { bigint, boolean, customType, integer, pgSchema, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import type { Role } from '../../../contract/permission.ts';
import type { Proof, SignInMethod } from '../table.ts';

const identity = pgSchema('identity');
const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' });
const newId = () => uuid('id').primaryKey().default(sql`uuidv7()`);
/** The default is the workspace of the transaction. */
const workspaceId = () => uuid('workspace_id').notNull().default(sql`platform.current_workspace()`);
const time = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' });

export const totpFactor = identity.table('totp_factor', {
  accountId: uuid('account_id').primaryKey(),
  workspaceId: workspaceId(),
  pendingSince: time('pending_since'),
  confirmedAt: time('confirmed_at'),
  lastStep: bigint('last_step', { mode: 'number' }).notNull().default(0),
  lastUsedAt: time('last_used_at'),
});

export const recoveryCode = identity.table('recovery_code', {
  id: newId(),
  workspaceId: workspaceId(),
  accountId: uuid('account_id').notNull(),
  codeHash: bytea('code_hash').notNull(),
  madeAt: time('made_at').notNull().defaultNow(),
  usedAt: time('used_at'),
});

export const signInTicket = identity.table('sign_in_ticket', {
  id: newId(),
  workspaceId: workspaceId(),
  accountId: uuid('account_id').notNull(),
  credentialVersion: integer('credential_version').notNull(),
  method: text('method').$type<SignInMethod>().notNull(),
  proofs: text('proofs').array().$type<Proof[]>().notNull(),
  tries: integer('tries').notNull().default(0),
  expiresAt: time('expires_at').notNull(),
  usedAt: time('used_at'),
});

export const factorPolicy = identity.table('factor_policy', {
  workspaceId: workspaceId(),
  role: text('role').$type<Role>().notNull(),
  demanded: boolean('demanded').notNull(),
  days: integer('days').notNull(),
  changedAt: time('changed_at').notNull().defaultNow(),
});

export type SignInOutcome = 'done' | 'second-factor' | 'failed' | 'locked';
export const signInHistory = identity.table('sign_in', {
  id: newId(),
  workspaceId: workspaceId(),
  accountId: uuid('account_id').notNull(),
  at: time('at').notNull().defaultNow(),
  outcome: text('outcome').$type<SignInOutcome>().notNull(),
  method: text('method').$type<SignInMethod>().notNull(),
  proofs: text('proofs').array().$type<Proof[]>().notNull().default(sql`'{}'`),
  address: text('address'),
  userAgent: text('user_agent'),
});
