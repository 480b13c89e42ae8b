/** What incidents did about detections, kept with them. */
import { sql } from 'drizzle-orm';
import { db } from '../../../platform/database/database.ts';
import type { Detection } from '../contract.ts';

export type Answer = Detection['acts'][number] & {
  /** Of a block: the id under which a detection that blocked by itself knows it. */
  readonly blockId: string | null;
};
/** One detection, or all of an incident: what is done about an incident is done about each of them. */
export type Answered = { readonly detectionId: string } | { readonly incidentId: string };

/** A detection keeps so many; what comes later is seen in its incident. */
const mostKept = 100;

/**
 * Adds an act, or moves the one that is there. A block that the detection set by itself keeps its own times: it was in force
 * before the incident asked for it.
 * @returns how many detections changed
 */
export async function keepAnswer(of: Answered, { blockId, ...act }: Answer): Promise<number> {
  const where = 'detectionId' in of ? sql`d.id = ${of.detectionId}::uuid` : sql`d.incident_id = ${of.incidentId}::uuid`;
  const { rows } = await db().execute(sql`
    with given as (select ${JSON.stringify(act)}::jsonb as act, ${blockId}::text as block),
    next as (
      select d.id, (
        select jsonb_agg(case
          when kept.value ->> 'id' = given.block then kept.value || jsonb_build_object('state', given.act -> 'state')
          when kept.value ->> 'id' = given.act ->> 'id' then given.act else kept.value end order by kept.place)
        from jsonb_array_elements(d.acts) with ordinality as kept (value, place)) as moved,
        exists (select 1 from jsonb_array_elements(d.acts) as kept where kept ->> 'id' in (given.block, given.act ->> 'id')) as known,
        given.act
      from adversarial_detection.detection d, given where ${where})
    update adversarial_detection.detection d
    set acts = case when next.known then next.moved else d.acts || jsonb_build_array(next.act) end
    from next where d.id = next.id and case when next.known then next.moved <> d.acts else jsonb_array_length(d.acts) < ${mostKept} end
    returning d.id`);
  return rows.length;
}
