-- Months in cold storage, and when they leave the table. What a proof needs of a month that left stays: tiles, and the leaves of an open tile.

create table audit_logs.cold_month (
  workspace_id uuid not null default platform.current_workspace() references platform.workspace (id),
  month date not null check (extract(day from month) = 1),
  first_index bigint not null check (first_index >= 0),
  end_index bigint not null,
  -- Right edge of the tree before the month and after it, hash of the entry before it, hash and time of its last one:
  -- with them the chain is verified from where it now begins.
  edge bytea not null check (length(edge) % 32 = 0),
  end_edge bytea not null check (length(end_edge) % 32 = 0),
  last_leaf bytea not null check (length(last_leaf) = 32),
  last_time timestamptz not null,
  -- Size of the signed checkpoint that covers it.
  checkpoint_size bigint not null,
  folder text not null check (length(folder) between 1 and 1000),
  bytes bigint not null check (bytes > 0),
  sha256 bytea not null check (length(sha256) = 32),
  verified_at timestamptz not null default now(),
  -- The longest term of the actions in it, as the workspace has set it.
  keep_until date not null,
  -- The workspace wrote into its log that the month may go.
  released_at timestamptz,
  dropped_at timestamptz,
  primary key (workspace_id, month),
  check (first_index < end_index and end_index <= checkpoint_size)
);
select platform.protect('audit_logs.cold_month');
revoke insert, update, delete on audit_logs.cold_month from aispm_app;

-- Leaves of dropped entries that no whole tile holds yet: at most 255 for each workspace and drop.
create table audit_logs.kept_leaf (
  workspace_id uuid not null default platform.current_workspace() references platform.workspace (id),
  index bigint not null,
  leaf bytea not null check (length(leaf) = 32),
  primary key (workspace_id, index)
);
select platform.protect('audit_logs.kept_leaf', 'insert-only');
revoke insert on audit_logs.kept_leaf from aispm_app;

create or replace function audit_logs.open_tiles(workspace uuid, tree_size bigint) returns table (level integer, hash bytea)
  language sql stable security definer set search_path = pg_catalog
  as $$
  select o.level, o.hash from (
    select 0 as level, e.index, e.leaf as hash from audit_logs.entry e
    where e.workspace_id = workspace and e.index >= open_tiles.tree_size / 256 * 256 and e.index < open_tiles.tree_size
    union all
    select 0, k.index, k.leaf from audit_logs.kept_leaf k
    where k.workspace_id = workspace and k.index >= open_tiles.tree_size / 256 * 256 and k.index < open_tiles.tree_size
    union all
    select l.level + 1, t.index, t.root from generate_series(0, 5) as l (level)
    cross join lateral (
      select t.index, t.root from audit_logs.tile t
      where t.workspace_id = workspace and t.level = l.level and t.index >= (open_tiles.tree_size >> (8 * (l.level + 1))) / 256 * 256
    ) t
  ) o
  order by o.level, o.index
  $$;

-- A month of the running workspace was written to cold storage and verified there.
create function audit_logs.note_cold(
  of_month date, from_index bigint, before_index bigint, edge_before bytea, edge_after bytea, leaf bytea, at timestamptz,
  signed_size bigint, in_folder text, size_bytes bigint, digest bytea, until date
) returns void
  language sql security definer set search_path = pg_catalog
  as $$
  insert into audit_logs.cold_month (workspace_id, month, first_index, end_index, edge, end_edge, last_leaf, last_time, checkpoint_size, folder, bytes, sha256, keep_until)
  values (platform.current_workspace(), of_month, from_index, before_index, edge_before, edge_after, leaf, at, signed_size, in_folder, size_bytes, digest, until)
  on conflict (workspace_id, month) do update set
    first_index = excluded.first_index, end_index = excluded.end_index, edge = excluded.edge, end_edge = excluded.end_edge,
    last_leaf = excluded.last_leaf, last_time = excluded.last_time, checkpoint_size = excluded.checkpoint_size,
    folder = excluded.folder, bytes = excluded.bytes, sha256 = excluded.sha256, keep_until = excluded.keep_until, verified_at = now(), released_at = null
  where audit_logs.cold_month.dropped_at is null
  $$;

-- The terms were changed: how long a month in cold storage is kept in the table.
create function audit_logs.keep_cold(of_month date, until date) returns void
  language sql security definer set search_path = pg_catalog
  as $$
  update audit_logs.cold_month c set keep_until = until
  where c.workspace_id = platform.current_workspace() and c.month = of_month and c.dropped_at is null
  $$;

create function audit_logs.release_cold(of_month date) returns boolean
  language plpgsql security definer set search_path = pg_catalog
  as $$
begin
  update audit_logs.cold_month c set released_at = now()
  where c.workspace_id = platform.current_workspace() and c.month = of_month and c.released_at is null and c.dropped_at is null;
  return found;
end
$$;

-- Why a month may not be dropped; null when it may. Every workspace with entries in it is asked.
create function audit_logs.keeps_month(of_month date) returns text
  language plpgsql stable security definer set search_path = pg_catalog
  as $$
declare
  part name := 'entry_' || to_char(of_month, 'YYYY_MM');
  why text;
begin
  if not exists (select from audit_logs.month m where m.first = of_month and m.attached) then
    return 'not-there';
  end if;
  -- Month arithmetic of PostgreSQL clamps: 31 August and six months are the last of February.
  if (of_month + interval '85 months') at time zone 'UTC' > now() then
    return 'term';
  end if;
  if exists (
    select from audit_logs.legal_hold h
    where h.released_at is null and (h.since is null or h.since < of_month + interval '1 month') and (h.until is null or h.until > of_month)
  ) then
    return 'legal-hold';
  end if;
  -- The reason that time or a person has to remove comes before the one the next look removes.
  execute format($query$
    select r.why from (
      select case
        when c.workspace_id is null then 'not-cold'
        when c.first_index <> p.first_index or c.end_index <> p.end_index then 'not-cold'
        when c.keep_until > (now() at time zone 'UTC')::date then 'longer-term'
        when h.tree_size < p.end_index then 'no-tree'
        when h.size <= p.end_index then 'newest'
        when not exists (select from audit_logs.anchor a where a.workspace_id = p.workspace_id and a.size >= p.end_index) then 'not-anchored'
        when c.released_at is null then 'not-released'
      end as why
      from (select workspace_id, min(index) as first_index, max(index) + 1 as end_index from audit_logs.%I group by workspace_id) p
      join audit_logs.head h on h.workspace_id = p.workspace_id
      left join audit_logs.cold_month c on c.workspace_id = p.workspace_id and c.month = $1
    ) r
    order by r.why is null, r.why = 'not-released', r.why limit 1$query$, part) into why using of_month;
  return why;
end
$$;

-- Drops a month for good, or answers why not. The leaves of an open tile stay.
create function audit_logs.drop_month(of_month date) returns text
  language plpgsql security definer set search_path = pg_catalog
  as $$
declare
  part name := 'entry_' || to_char(of_month, 'YYYY_MM');
  why text;
begin
  set local lock_timeout = '2s';
  perform pg_advisory_xact_lock(hashtextextended('audit_logs.holds', 0));
  perform pg_advisory_xact_lock(hashtextextended('audit_logs.months', 0));
  why := audit_logs.keeps_month(of_month);
  if why is not null then
    return why;
  end if;
  execute format($query$
    insert into audit_logs.kept_leaf (workspace_id, index, leaf)
    select e.workspace_id, e.index, e.leaf from audit_logs.%I e join audit_logs.head h on h.workspace_id = e.workspace_id
    where e.index >= h.tree_size / 256 * 256
    on conflict do nothing$query$, part);
  update audit_logs.cold_month c set dropped_at = now() where c.month = of_month and c.dropped_at is null;
  execute format('alter table audit_logs.entry detach partition audit_logs.%I', part);
  execute format('drop table audit_logs.%I', part);
  return null;
end
$$;

-- Personal parts whose term has ended: months before a day, of one purpose. Under a hold they stay.
create function audit_logs.expired_keys(of_purpose text, before_day date, most integer) returns table (id uuid, subject text, month date)
  language sql stable security definer set search_path = pg_catalog
  as $$
  select k.id, k.subject, k.month from audit_logs.subject_key k
  where k.workspace_id = platform.current_workspace() and k.purpose = of_purpose and k.destroyed_at is null and k.month + interval '1 month' <= before_day
  order by k.month, k.id limit most
  $$;

revoke all on function
  audit_logs.note_cold(date, bigint, bigint, bytea, bytea, bytea, timestamptz, bigint, text, bigint, bytea, date), audit_logs.keep_cold(date, date), audit_logs.release_cold(date),
  audit_logs.keeps_month(date), audit_logs.drop_month(date), audit_logs.expired_keys(text, date, integer)
from public;
grant execute on function
  audit_logs.note_cold(date, bigint, bigint, bytea, bytea, bytea, timestamptz, bigint, text, bigint, bytea, date), audit_logs.keep_cold(date, date), audit_logs.release_cold(date),
  audit_logs.keeps_month(date), audit_logs.expired_keys(text, date, integer)
to aispm_app;
grant execute on function audit_logs.drop_month(date) to aispm_system;
