/** Removing what is older than the retention, a batch at a time. */
import { type SQL, sql } from 'drizzle-orm';
import { db } from '../../../platform/database/database.ts';

/** Removes up to `most` ended assessments with everything that hangs on them. Answers how many. */
export async function removeAssessments(before: Date, most: number): Promise<number> {
  // The newest of each asset stays: a table nobody looked at for a while is not an unknown one.
  return removed(sql`
    delete from data_integrity.assessment where id in (
      select id from data_integrity.assessment a where created_at < ${before.toISOString()}::timestamptz and state in ('done', 'failed', 'cancelled')
        and exists (select 1 from data_integrity.assessment b where b.asset_id = a.asset_id and b.state = 'done' and b.created_at > a.created_at)
      limit ${most}) returning 1`);
}

export async function removeAlerts(before: Date, most: number): Promise<number> {
  return removed(sql`
    delete from data_integrity.alert where id in (
      select id from data_integrity.alert where state = 'resolved' and resolved_at < ${before.toISOString()}::timestamptz limit ${most}) returning 1`);
}

export async function removeDays(before: Date, most: number): Promise<number> {
  return removed(sql`
    delete from data_integrity.metric_day where ctid = any(array(
      select ctid from data_integrity.metric_day where day < (${before.toISOString()}::timestamptz at time zone 'UTC')::date limit ${most})) returning 1`);
}

async function removed(statement: SQL): Promise<number> {
  const { rows } = await db().execute(statement);
  return rows.length;
}
