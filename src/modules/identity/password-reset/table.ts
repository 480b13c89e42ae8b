/** Tables of forgotten passwords; the migration is the source of their constraints. */
import { sql } from 'drizzle-orm';
import { customType, integer, pgSchema, timestamp, uuid } from 'drizzle-orm/pg-core';

const identity = pgSchema('identity');
const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' });
const time = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' });

export const passwordReset = identity.table('password_reset', {
  id: uuid('id').primaryKey().default(sql`uuidv7()`),
  workspaceId: uuid('workspace_id').notNull().default(sql`platform.current_workspace()`),
  accountId: uuid('account_id').notNull(),
  tokenHash: bytea('token_hash').notNull(),
  credentialVersion: integer('credential_version').notNull(),
  madeBy: uuid('made_by'),
  createdAt: time('created_at').notNull().defaultNow(),
  expiresAt: time('expires_at').notNull(),
  usedAt: time('used_at'),
});

export const passwordResetCount = identity.table('password_reset_count', {
  subject: bytea('subject').primaryKey(),
  begunAt: time('begun_at').notNull().defaultNow(),
  requests: integer('requests').notNull(),
});
