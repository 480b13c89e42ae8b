/** Stored factors and priorities of vulnerabilities. */
import { eq, sql } from 'drizzle-orm';
import { db } from '../../platform/database/database.ts';
import type { Factor, PriorityQuestion } from './contract.ts';
import type { Priority } from './priority.ts';
import { assessment } from './table.ts';

export type AssessmentRow = typeof assessment.$inferSelect;
export type Assessed = { readonly question: PriorityQuestion; readonly factors: readonly Factor[]; readonly priority: Priority };

/** One statement for all; a vulnerability assessed before is assessed anew. */
export async function storeAssessments(assessed: readonly Assessed[], weightsVersion: string): Promise<void> {
  if (assessed.length === 0) return;
  const rows = assessed.map(({ question, factors, priority }) => ({
    vulnerability_id: question.vulnerabilityId,
    asset_id: question.assetId,
    title: question.title,
    severity: question.severity,
    mark: question.mark,
    fix_key: question.fix?.key ?? null,
    fix_action: question.fix?.action ?? null,
    fix_target: question.fix?.target ?? null,
    factors,
    control: question.control,
    priority: priority.priority,
    low: priority.low,
    high: priority.high,
    computed_at: question.at,
  }));
  await db().execute(sql`
    insert into risk.assessment (vulnerability_id, asset_id, title, severity, mark, fix_key, fix_action, fix_target, factors, control, priority, low, high, weights_version, computed_at)
    select vulnerability_id, asset_id, title, severity, mark, fix_key, fix_action, fix_target, factors, control, priority, low, high, ${weightsVersion}, computed_at
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as given(vulnerability_id uuid, asset_id uuid, title text, severity text, mark text,
      fix_key text, fix_action text, fix_target text, factors jsonb, control jsonb, priority integer, low integer, high integer, computed_at timestamptz)
    on conflict (vulnerability_id) do update set asset_id = excluded.asset_id, title = excluded.title, severity = excluded.severity, mark = excluded.mark,
      fix_key = excluded.fix_key, fix_action = excluded.fix_action, fix_target = excluded.fix_target, factors = excluded.factors, control = excluded.control,
      priority = excluded.priority, low = excluded.low, high = excluded.high, weights_version = excluded.weights_version, computed_at = excluded.computed_at`);
}

export async function findAssessment(vulnerabilityId: string): Promise<AssessmentRow | null> {
  const [row] = await db().select().from(assessment).where(eq(assessment.vulnerabilityId, vulnerabilityId));
  return row ?? null;
}

/** Action and target of fixes, from any vulnerability of each. */
export async function describeFixes(keys: readonly string[]): Promise<Map<string, { action: string; target: string }>> {
  const { rows } = await db().execute<{ fix_key: string; fix_action: string; fix_target: string }>(sql`
    select distinct on (fix_key) fix_key, fix_action, fix_target from risk.assessment
    where fix_key = any(${sql.param([...keys])}::text[]) order by fix_key, priority desc`);
  return new Map(rows.map(({ fix_key, fix_action, fix_target }) => [fix_key, { action: fix_action, target: fix_target ?? '' }]));
}

/** Rows whose stored priority is not what their stored factors give now; for the nightly recount. */
export async function* everyAssessment(): AsyncGenerator<readonly AssessmentRow[]> {
  let after = '00000000-0000-0000-0000-000000000000';
  for (;;) {
    const rows = await db()
      .select()
      .from(assessment)
      .where(sql`${assessment.vulnerabilityId} > ${after}`)
      .orderBy(assessment.vulnerabilityId)
      .limit(1000);
    if (rows.length === 0) return;
    yield rows;
    after = rows.at(-1)?.vulnerabilityId ?? after;
  }
}
