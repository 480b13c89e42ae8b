/** Tables of API keys and tokens; the migration is the source of their constraints. */
import { sql } from 'drizzle-orm';
import { customType, integer, jsonb, pgSchema, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import type { Permission } from '../../../contract/permission.ts';

const identity = pgSchema('identity');
const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' });
const networks = customType<{ data: string[]; driverData: string }>({
  dataType: () => 'cidr[]',
  toDriver: (list) => `{${list.join(',')}}`,
  // The driver hands over the text of an array of a type it does not know.
  fromDriver: (text) => (Array.isArray(text) ? (text as string[]) : text.slice(1, -1).split(',').filter(Boolean)),
});
const newId = () => uuid('id').primaryKey().default(sql`uuidv7()`);
/** The default is the workspace of the transaction. */
const workspaceId = () => uuid('workspace_id').notNull().default(sql`platform.current_workspace()`);
const time = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' });

export type KeyEnd = 'by-owner' | 'by-admin' | 'incident';
export const apiKey = identity.table('api_key', {
  id: newId(),
  workspaceId: workspaceId(),
  accountId: uuid('account_id').notNull(),
  name: text('name').notNull(),
  publicId: text('public_id').notNull(),
  secretHash: bytea('secret_hash').notNull(),
  scopes: text('scopes').array().$type<Permission[]>().notNull(),
  addresses: networks('addresses').notNull(),
  requestsPerMinute: integer('requests_per_minute'),
  createdAt: time('created_at').notNull().defaultNow(),
  expiresAt: time('expires_at'),
  firstUsedAt: time('first_used_at'),
  lastUsedAt: time('last_used_at'),
  lastUsedAddress: text('last_used_address'),
  revokedAt: time('revoked_at'),
  revokedBecause: text('revoked_because').$type<KeyEnd>(),
  revokedReason: text('revoked_reason'),
});

export type FamilyEnd = KeyEnd | 'by-bearer' | 'reuse' | 'password-changed' | 'email-changed';
export const tokenFamily = identity.table('token_family', {
  id: newId(),
  workspaceId: workspaceId(),
  accountId: uuid('account_id').notNull(),
  apiKeyId: uuid('api_key_id'),
  scopes: text('scopes').array().$type<Permission[]>().notNull(),
  createdAt: time('created_at').notNull().defaultNow(),
  expiresAt: time('expires_at').notNull(),
  lastRefreshedAt: time('last_refreshed_at'),
  address: text('address'),
  userAgent: text('user_agent'),
  revokedAt: time('revoked_at'),
  revokedBecause: text('revoked_because').$type<FamilyEnd>(),
});

export const refreshToken = identity.table('refresh_token', {
  tokenHash: bytea('token_hash').primaryKey(),
  workspaceId: workspaceId(),
  familyId: uuid('family_id').notNull(),
  issuedAt: time('issued_at').notNull().defaultNow(),
  usedAt: time('used_at'),
});

export const signingKey = identity.table('signing_key', {
  id: text('id').primaryKey(),
  publicKey: jsonb('public_key').$type<{ kty: 'OKP'; crv: 'Ed25519'; x: string }>().notNull(),
  sealedPrivateKey: bytea('sealed_private_key').notNull(),
  createdAt: time('created_at').notNull().defaultNow(),
});
