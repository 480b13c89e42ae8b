/** Tables of sign-in providers; the migration is the source of their constraints. */
import { sql } from 'drizzle-orm';
import { boolean, customType, integer, jsonb, pgSchema, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import type { ProviderKind } from './provider-contract.ts';

const identity = pgSchema('identity');
const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' });
const newId = () => uuid('id').primaryKey().default(sql`uuidv7()`);
const workspaceId = () => uuid('workspace_id').notNull().default(sql`platform.current_workspace()`);
const time = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' });

export const provider = identity.table('provider', {
  id: newId(),
  workspaceId: workspaceId(),
  slug: text('slug').notNull(),
  kind: text('kind').$type<ProviderKind>().notNull(),
  name: text('name').notNull(),
  enabled: boolean('enabled').notNull().default(false),
  managedBy: text('managed_by').$type<'page' | 'environment'>().notNull().default('page'),
  version: integer('version').notNull().default(1),
  settings: jsonb('settings').notNull(),
  policy: jsonb('policy').notNull(),
  hasSecret: boolean('has_secret').notNull().default(false),
  certificate: text('certificate'),
  createdAt: time('created_at').notNull().defaultNow(),
  updatedAt: time('updated_at').notNull().defaultNow(),
});

export type LinkOrigin = 'first-sign-in' | 'verified-email' | 'owner';
export const providerLink = identity.table('provider_link', {
  id: newId(),
  workspaceId: workspaceId(),
  providerId: uuid('provider_id').notNull(),
  subject: text('subject').notNull(),
  accountId: uuid('account_id').notNull(),
  email: text('email'),
  madeBy: text('made_by').$type<LinkOrigin>().notNull(),
  createdAt: time('created_at').notNull().defaultNow(),
  lastUsedAt: time('last_used_at'),
});

export type RequestPurpose = 'sign-in' | 'connect' | 'test';
export const providerRequest = identity.table('provider_request', {
  id: newId(),
  workspaceId: workspaceId(),
  providerId: uuid('provider_id').notNull(),
  purpose: text('purpose').$type<RequestPurpose>().notNull(),
  accountId: uuid('account_id'),
  stateHash: bytea('state_hash').notNull(),
  browserHash: bytea('browser_hash').notNull(),
  nonce: text('nonce'),
  codeVerifier: text('code_verifier'),
  samlRequestId: text('saml_request_id'),
  next: text('next').notNull(),
  fresh: boolean('fresh').notNull().default(false),
  createdAt: time('created_at').notNull().defaultNow(),
  expiresAt: time('expires_at').notNull(),
  usedAt: time('used_at'),
  ticketHash: bytea('ticket_hash'),
  ticketUsedAt: time('ticket_used_at'),
  arrival: jsonb('arrival'),
  report: jsonb('report'),
});

export const providerMessage = identity.table('provider_message', {
  providerId: uuid('provider_id').notNull(),
  workspaceId: workspaceId(),
  digest: bytea('digest').notNull(),
  expiresAt: time('expires_at').notNull(),
});

/** How SAML wrote the id of a person; null where an attribute was not there. */
export type SubjectForm = {
  readonly format: string | null;
  readonly nameQualifier: string | null;
  readonly spNameQualifier: string | null;
};
export const providerSession = identity.table('provider_session', {
  sessionId: uuid('session_id').primaryKey(),
  workspaceId: workspaceId(),
  providerId: uuid('provider_id').notNull(),
  subject: text('subject').notNull(),
  providerSession: text('provider_session'),
  subjectForm: jsonb('subject_form').$type<SubjectForm>(),
});
