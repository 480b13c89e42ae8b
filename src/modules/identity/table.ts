/** Tables of identity; the migrations are the source of their constraints. */
import { sql } from 'drizzle-orm';
import { boolean, customType, integer, pgSchema, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import type { Role } from '../../contract/permission.ts';

const identity = pgSchema('identity');
const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' });
const newId = () => uuid('id').primaryKey().default(sql`uuidv7()`);
/** The default is the workspace of the transaction. */
const workspaceId = () => uuid('workspace_id').notNull().default(sql`platform.current_workspace()`);
const time = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' });

export const account = identity.table('account', {
  id: newId(),
  workspaceId: workspaceId(),
  email: text('email').notNull(),
  emailKey: text('email_key').notNull(),
  name: text('name').notNull(),
  role: text('role').$type<Role>().notNull(),
  department: text('department'),
  active: boolean('active').notNull().default(true),
  factors: text('factors').array().notNull().default(sql`'{}'`),
  createdAt: time('created_at').notNull().defaultNow(),
  updatedAt: time('updated_at').notNull().defaultNow(),
  lastSignInAt: time('last_sign_in_at'),
  credentialVersion: integer('credential_version').notNull().default(1),
  factorTermFrom: time('factor_term_from').notNull().defaultNow(),
});

export const credential = identity.table('credential', {
  accountId: uuid('account_id').primaryKey(),
  passwordHash: text('password_hash').notNull(),
  changedAt: time('changed_at').notNull().defaultNow(),
});

export type SessionEnd =
  | 'signed-out'
  | 'ended-by-owner'
  | 'password-changed'
  | 'locked-by-admin'
  | 'too-many'
  | 'factors-changed'
  | 'role-changed'
  | 'ended-by-provider'
  | 'ended-by-admin'
  | 'email-changed';
/** What proved who somebody is when a session began. */
export type SignInMethod = 'password' | 'passkey' | 'openid-connect' | 'oauth2' | 'saml';
/** Proofs beside it: names of RFC 8176 where it has one. */
export type Proof = 'pwd' | 'otp' | 'recovery' | 'hwk' | 'user' | 'provider-mfa';
export const session = identity.table('session', {
  id: newId(),
  workspaceId: workspaceId(),
  accountId: uuid('account_id').notNull(),
  tokenHash: bytea('token_hash').notNull(),
  startedAt: time('started_at').notNull().defaultNow(),
  lastSeenAt: time('last_seen_at').notNull().defaultNow(),
  expiresAt: time('expires_at').notNull(),
  endedAt: time('ended_at'),
  endedBecause: text('ended_because').$type<SessionEnd>(),
  address: text('address'),
  userAgent: text('user_agent'),
  method: text('method').$type<SignInMethod>().notNull().default('password'),
  proofs: text('proofs').array().$type<Proof[]>().notNull().default(sql`'{pwd}'`),
  verifiedAt: time('verified_at').notNull().defaultNow(),
  enrolmentOnly: boolean('enrolment_only').notNull().default(false),
});

export const invitation = identity.table('invitation', {
  id: newId(),
  workspaceId: workspaceId(),
  email: text('email').notNull(),
  role: text('role').$type<Role>().notNull(),
  department: text('department'),
  invitedBy: uuid('invited_by').notNull(),
  createdAt: time('created_at').notNull().defaultNow(),
  expiresAt: time('expires_at').notNull(),
  usedAt: time('used_at'),
  usedBy: uuid('used_by'),
  revokedAt: time('revoked_at'),
});

export const signInFailure = identity.table('sign_in_failure', {
  subject: bytea('subject').notNull(),
  address: text('address').notNull(),
  failures: integer('failures').notNull(),
  lockedUntil: time('locked_until'),
  lastAt: time('last_at').notNull().defaultNow(),
});

export const workspace = pgSchema('platform').table('workspace', {
  id: uuid('id').primaryKey(),
  name: text('name').notNull(),
  createdAt: time('created_at').notNull().defaultNow(),
});
