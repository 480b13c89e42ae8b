/** Weak spots, read from people and keys as they are now. In a transaction of the workspace. */
import { and, eq, getTableColumns, gt, inArray, isNull, or, type SQL, sql } from 'drizzle-orm';
import { pgTable, smallint, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import type { Page } from '../../../contract/page.ts';
import type { Role } from '../../../contract/permission.ts';
import { type Severity, severities } from '../../../contract/severity.ts';
import { db } from '../../../platform/database/database.ts';
import { keyset, type Paging } from '../../../platform/database/keyset.ts';
import type { Demand } from '../factors/policy-store.ts';
import { account } from '../table.ts';
import { apiKey } from '../tokens/table.ts';
import type { WeakSpot } from './posture-contract.ts';

export type Measure = { readonly demands: ReadonlyMap<Role, Demand>; readonly dormantDays: number };
export type WeakSpotRow = {
  readonly id: string;
  readonly check: WeakSpot;
  readonly severity: Severity;
  readonly since: Date;
  readonly dueAt: Date | null;
  readonly personId: string;
  readonly personName: string;
  readonly email: string;
  readonly role: Role;
  readonly keyId: string | null;
  readonly keyName: string | null;
  readonly keyPublicId: string | null;
  /** Of an account: did anybody ever sign in with it? */
  readonly wasUsed: boolean;
};

/** The columns of what {@link weakSpots} selects: no table of that name exists. */
const row = pgTable('weak_spot', {
  id: text('id').notNull(),
  rank: smallint('rank').notNull(),
  since: timestamp('since', { withTimezone: true, mode: 'date' }).notNull(),
  check: text('kind').$type<WeakSpot>().notNull(),
  dueAt: timestamp('due_at', { withTimezone: true, mode: 'date' }),
  personId: uuid('person_id').notNull(),
  keyId: uuid('key_id'),
  lastSignInAt: timestamp('last_sign_in_at', { withTimezone: true, mode: 'date' }),
  personName: text('person_name').notNull(),
  email: text('email').notNull(),
  role: text('role').$type<Role>().notNull(),
  keyName: text('key_name'),
  keyPublicId: text('key_public_id'),
});
const rankOf = (severity: Severity): number => severities.indexOf(severity);

/** Who comes by a provider alone that asserted a second factor the last time has one: there. */
const provedElsewhere = sql`(not exists (select from identity.credential c where c.account_id = a.id) and coalesce((
  select 'provider-mfa' = any (s.proofs) from identity.sign_in s
  where s.account_id = a.id and s.outcome = 'done' order by s.at desc, s.id desc limit 1), false))`;

const lastSign = sql`greatest(a.created_at, a.last_sign_in_at,
  (select max(s.last_seen_at) from identity.session s where s.account_id = a.id),
  (select max(k.last_used_at) from identity.api_key k where k.account_id = a.id),
  (select max(coalesce(f.last_refreshed_at, f.created_at)) from identity.token_family f where f.account_id = a.id))`;

function weakSpots({ demands, dormantDays }: Measure): SQL {
  const list = sql.join(
    [...demands].map(([role, { demanded, days }]) => sql`(${role}::text, ${demanded}::boolean, ${days}::int)`),
    sql`, `,
  );
  return sql`(
    with demand (role, demanded, days) as (values ${list}),
    person as (
      select a.*, case when d.demanded then a.factor_term_from + make_interval(days => d.days) end as due_at, ${lastSign} as last_sign
      from identity.account a join demand d on d.role = a.role where a.active
    ),
    spot (kind, rank, since, due_at, person_id, key_id) as (
      select 'no-second-factor', case when a.due_at is null then ${rankOf('low')} when a.due_at <= now() then ${rankOf('high')} else ${rankOf('medium')} end::smallint,
        a.factor_term_from, a.due_at, a.id, null::uuid
      from person a where a.factors = '{}' and not ${provedElsewhere}
      union all
      select 'admin-without-passkey', ${rankOf('medium')}::smallint, a.factor_term_from, null, a.id, null
      from person a where a.role = 'admin' and not a.factors && array['passkey', 'security-key'] and not ${provedElsewhere}
      union all
      select 'dormant-account', ${rankOf('medium')}::smallint, a.last_sign, null, a.id, null
      from person a where a.last_sign < now() - make_interval(days => ${dormantDays})
      union all
      select 'key-without-expiry',
        case when exists (select from unnest(k.scopes) scope where scope not like '%:read') then ${rankOf('medium')} else ${rankOf('low')} end::smallint,
        k.created_at, null, k.account_id, k.id
      from identity.api_key k join person a on a.id = k.account_id where k.revoked_at is null and k.expires_at is null
    )
    select spot.kind || ':' || coalesce(spot.key_id, spot.person_id) as id, spot.*, a.name as person_name, a.email, a.role, a.last_sign_in_at,
      k.name as key_name, k.public_id as key_public_id
    from spot join person a on a.id = spot.person_id left join identity.api_key k on k.id = spot.key_id
  ) as weak_spot`;
}

const gravestFirst = keyset({
  id: row.id,
  sort: [
    { by: row.rank, direction: 'asc' },
    { by: row.since, direction: 'asc' },
  ],
});

type Filter = { readonly checks: readonly WeakSpot[] | undefined };
export function pageOfWeakSpots<T>(measure: Measure, filter: Filter & Paging, item: (row: WeakSpotRow) => T): Promise<Page<T>> {
  const { checks, ...paging } = filter;
  const where = checks === undefined ? undefined : inArray(row.check, [...checks]);
  return gravestFirst.page({ fields: getTableColumns(row), from: weakSpots(measure), where, paging }, ({ rank, lastSignInAt, ...found }) =>
    item({ ...found, severity: severities[rank] ?? 'informational', wasUsed: lastSignInAt !== null }),
  );
}

type WeakSpotCounts = {
  readonly people: number;
  readonly keys: number;
  readonly counts: ReadonlyMap<WeakSpot, { readonly count: number; readonly worst: Severity | null }>;
};
export async function countWeakSpots(measure: Measure): Promise<WeakSpotCounts> {
  const { rows } = await db().execute<{ kind: WeakSpot; count: string; worst: number }>(
    sql`select kind, count(*) as count, min(rank) as worst from ${weakSpots(measure)} group by kind`,
  );
  const keys = and(isNull(apiKey.revokedAt), or(isNull(apiKey.expiresAt), gt(apiKey.expiresAt, sql`now()`)), eq(account.active, true));
  const [held] = await db()
    .select({ keys: sql<number>`count(*)`.mapWith(Number) })
    .from(apiKey)
    .innerJoin(account, eq(account.id, apiKey.accountId))
    .where(keys);
  return {
    people: await db().$count(account, eq(account.active, true)),
    keys: held?.keys ?? 0,
    counts: new Map(rows.map(({ kind, count, worst }) => [kind, { count: Number(count), worst: severities[worst] ?? null }])),
  };
}
