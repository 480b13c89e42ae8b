/** The table of changes of e-mail addresses; the migration is the source of its constraints. */
import { sql } from 'drizzle-orm';
import { customType, integer, pgSchema, text, timestamp, uuid } from 'drizzle-orm/pg-core';

const identity = pgSchema('identity');
const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' });
const time = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' });

export const emailChange = identity.table('email_change', {
  id: uuid('id').primaryKey().default(sql`uuidv7()`),
  workspaceId: uuid('workspace_id').notNull().default(sql`platform.current_workspace()`),
  accountId: uuid('account_id').notNull(),
  oldEmail: text('old_email').notNull(),
  newEmail: text('new_email').notNull(),
  newKey: text('new_key').notNull(),
  confirmHash: bytea('confirm_hash'),
  stopHash: bytea('stop_hash'),
  credentialVersion: integer('credential_version').notNull(),
  madeBy: uuid('made_by'),
  createdAt: time('created_at').notNull().defaultNow(),
  expiresAt: time('expires_at').notNull(),
  usedAt: time('used_at'),
  stoppedAt: time('stopped_at'),
});
