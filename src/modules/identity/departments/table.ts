/** The table of the department rule; the migration is the source of its constraints. */
import { sql } from 'drizzle-orm';
import { boolean, pgSchema, timestamp, uuid } from 'drizzle-orm/pg-core';

export const departmentRule = pgSchema('identity').table('department_rule', {
  workspaceId: uuid('workspace_id').primaryKey().default(sql`platform.current_workspace()`),
  ownOnly: boolean('own_only').notNull(),
  changedAt: timestamp('changed_at', { withTimezone: true, mode: 'date' }).notNull().defaultNow(),
});
