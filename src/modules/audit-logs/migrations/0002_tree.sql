-- The Merkle tree over the entries of a workspace (RFC 6962), kept as whole tiles of 256 hashes; its edge makes an append O(log n).
-- Signed checkpoints: never two roots for one size.

alter table audit_logs.head
  add column tree_size bigint not null default 0,
  -- Roots of the whole subtrees of the tree, largest first.
  add column edge bytea not null default '' check (length(edge) % 32 = 0),
  add column root bytea not null default sha256('') check (length(root) = 32),
  add constraint tree_within_chain check (tree_size between 0 and size);

create table audit_logs.tile (
  workspace_id uuid not null default platform.current_workspace() references platform.workspace (id),
  level integer not null check (level between 0 and 6),
  index bigint not null check (index >= 0),
  hashes bytea not null check (length(hashes) = 8192),
  root bytea not null check (length(root) = 32),
  primary key (workspace_id, level, index)
);
select platform.protect('audit_logs.tile', 'insert-only');
revoke insert on audit_logs.tile from aispm_app;
-- Hashes do not compress.
alter table audit_logs.tile alter column hashes set storage external;

-- The signed note is stored before anybody sees it; after a crash the same note is published again.
create table audit_logs.checkpoint (
  workspace_id uuid not null default platform.current_workspace() references platform.workspace (id),
  size bigint not null check (size >= 0),
  root bytea not null check (length(root) = 32),
  note text not null check (length(note) between 50 and 16384),
  key_id text not null,
  made_at timestamptz not null default now(),
  primary key (workspace_id, size)
);
select platform.protect('audit_logs.checkpoint', 'insert-only');
revoke insert on audit_logs.checkpoint from aispm_app;

-- Where a checkpoint was put besides this database.
create table audit_logs.anchor (
  workspace_id uuid not null default platform.current_workspace() references platform.workspace (id),
  size bigint not null,
  place text not null check (length(place) between 1 and 200),
  at timestamptz not null default now(),
  primary key (workspace_id, size, place),
  foreign key (workspace_id, size) references audit_logs.checkpoint (workspace_id, size)
);
select platform.protect('audit_logs.anchor', 'insert-only');
revoke insert on audit_logs.anchor from aispm_app;

-- Public keys that signed checkpoints here. Of the installation, not of a workspace: they are no secret.
create table audit_logs.signing_key (
  key_id text primary key check (length(key_id) between 8 and 64),
  name text not null check (length(name) between 1 and 200),
  public_key bytea not null check (length(public_key) = 32),
  valid_from timestamptz not null default now(),
  valid_to timestamptz
);
revoke all on audit_logs.signing_key from public, aispm_app, aispm_system;
grant select on audit_logs.signing_key to aispm_app, aispm_system;

drop function audit_logs.open_head(uuid);
create function audit_logs.open_head(workspace uuid)
  returns table (size bigint, leaf bytea, micros text, tree_size bigint, edge bytea)
  language plpgsql security definer set search_path = pg_catalog
  as $$
begin
  -- Before the row is touched: the first insert of a head would make another sequencer wait instead of turning away.
  if not pg_try_advisory_xact_lock(hashtextextended('audit_logs.' || workspace, 0)) then
    return;
  end if;
  insert into audit_logs.head (workspace_id) values (workspace) on conflict do nothing;
  return query
    select h.size, h.leaf, to_char(h.time at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), h.tree_size, h.edge
    from audit_logs.head h where h.workspace_id = workspace for update;
end
$$;

-- Hashes of the tiles that are still open in a tree of that many leaves: leaves from the entries, above them the roots of whole tiles.
create function audit_logs.open_tiles(workspace uuid, tree_size bigint) returns table (level integer, hash bytea)
  language sql stable security definer set search_path = pg_catalog
  as $$
  select o.level, o.hash from (
    select 0 as level, e.index, e.leaf as hash from audit_logs.entry e
    where e.workspace_id = workspace and e.index >= open_tiles.tree_size / 256 * 256 and e.index < open_tiles.tree_size
    union all
    select l.level + 1, t.index, t.root from generate_series(0, 5) as l (level)
    cross join lateral (
      select t.index, t.root from audit_logs.tile t
      where t.workspace_id = workspace and t.level = l.level and t.index >= (open_tiles.tree_size >> (8 * (l.level + 1))) / 256 * 256
    ) t
  ) o
  order by o.level, o.index
  $$;

-- Leaves that the tree does not hold yet.
create function audit_logs.leaves(workspace uuid, first bigint, most integer) returns table (leaf bytea)
  language sql stable security definer set search_path = pg_catalog
  as $$
  select e.leaf from audit_logs.entry e where e.workspace_id = workspace and e.index >= first order by e.index limit most
  $$;

create function audit_logs.grow(
  workspace uuid, from_size bigint, to_size bigint, new_edge bytea, new_root bytea,
  levels integer[], indexes bigint[], hashes bytea[], roots bytea[]
) returns void
  language plpgsql security definer set search_path = pg_catalog
  as $$
begin
  update audit_logs.head h set tree_size = to_size, edge = new_edge, root = new_root
  where h.workspace_id = workspace and h.tree_size = from_size and to_size > from_size and to_size <= h.size;
  if not found then
    raise exception 'audit_logs.grow: the tree does not go from % to %', from_size, to_size using errcode = 'integrity_constraint_violation';
  end if;
  insert into audit_logs.tile (workspace_id, level, index, hashes, root)
  select workspace, t.level, t.index, t.hashes, t.root from unnest(levels, indexes, hashes, roots) as t (level, index, hashes, root);
end
$$;

-- Trees that are ahead of their newest checkpoint.
create function audit_logs.behind_checkpoint()
  returns table (workspace_id uuid, size bigint, root bytea, last_size bigint, last_at timestamptz)
  language sql stable security definer set search_path = pg_catalog
  as $$
  select h.workspace_id, h.tree_size, h.root, coalesce(c.size, 0), c.made_at
  from audit_logs.head h
  left join lateral (
    select c.size, c.made_at from audit_logs.checkpoint c where c.workspace_id = h.workspace_id order by c.size desc limit 1
  ) c on true
  where h.tree_size > coalesce(c.size, 0)
  $$;

-- Keeps a note, or answers the one that is kept for this size already. Another root for the same size is refused.
create function audit_logs.keep_checkpoint(workspace uuid, tree_size bigint, tree_root bytea, signed_note text, signer text) returns text
  language plpgsql security definer set search_path = pg_catalog
  as $$
declare
  kept audit_logs.checkpoint;
begin
  insert into audit_logs.checkpoint (workspace_id, size, root, note, key_id) values (workspace, tree_size, tree_root, signed_note, signer)
  on conflict do nothing;
  select * into strict kept from audit_logs.checkpoint c where c.workspace_id = workspace and c.size = tree_size;
  if kept.root <> tree_root then
    raise exception 'audit_logs.keep_checkpoint: the log of size % had another root before', tree_size using errcode = 'data_corrupted';
  end if;
  return kept.note;
end
$$;

-- Newest checkpoints that a place does not have.
create function audit_logs.not_anchored(kept_in text) returns table (workspace_id uuid, size bigint, note text)
  language sql stable security definer set search_path = pg_catalog
  as $$
  select c.workspace_id, c.size, c.note from audit_logs.head h
  cross join lateral (
    select c.workspace_id, c.size, c.note from audit_logs.checkpoint c where c.workspace_id = h.workspace_id order by c.size desc limit 1
  ) c
  where not exists (
    select from audit_logs.anchor a where a.workspace_id = c.workspace_id and a.size = c.size and a.place = kept_in
  )
  $$;

create function audit_logs.note_anchor(workspace uuid, tree_size bigint, kept_in text) returns void
  language sql security definer set search_path = pg_catalog
  as $$
  insert into audit_logs.anchor (workspace_id, size, place) values (workspace, tree_size, kept_in) on conflict do nothing
  $$;

-- A key that is new here ends the one before it. Answers whether it was new.
create function audit_logs.use_signing_key(signer text, signer_name text, key bytea) returns boolean
  language plpgsql security definer set search_path = pg_catalog
  as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('audit_logs.signing_key', 0));
  if exists (select from audit_logs.signing_key k where k.key_id = signer and k.valid_to is null) then
    return false;
  end if;
  update audit_logs.signing_key set valid_to = now() where valid_to is null;
  insert into audit_logs.signing_key (key_id, name, public_key) values (signer, signer_name, key)
  on conflict (key_id) do update set valid_to = null;
  return true;
end
$$;

revoke all on function
  audit_logs.open_head(uuid), audit_logs.open_tiles(uuid, bigint), audit_logs.leaves(uuid, bigint, integer),
  audit_logs.grow(uuid, bigint, bigint, bytea, bytea, integer[], bigint[], bytea[], bytea[]),
  audit_logs.behind_checkpoint(), audit_logs.keep_checkpoint(uuid, bigint, bytea, text, text),
  audit_logs.not_anchored(text), audit_logs.note_anchor(uuid, bigint, text), audit_logs.use_signing_key(text, text, bytea)
from public;
grant execute on function
  audit_logs.open_head(uuid), audit_logs.open_tiles(uuid, bigint), audit_logs.leaves(uuid, bigint, integer),
  audit_logs.grow(uuid, bigint, bigint, bytea, bytea, integer[], bigint[], bytea[], bytea[]),
  audit_logs.behind_checkpoint(), audit_logs.keep_checkpoint(uuid, bigint, bytea, text, text),
  audit_logs.not_anchored(text), audit_logs.note_anchor(uuid, bigint, text), audit_logs.use_signing_key(text, text, bytea)
to aispm_system;
