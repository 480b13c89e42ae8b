-- Whoever watches security hears of a change of the schema that no migration made: the news leaves with the change itself.

create or replace function audit_logs.note_schema_change() returns event_trigger
  language plpgsql security definer set search_path = pg_catalog, public
  as $$
declare
  acting text := coalesce(nullif(current_setting('role', true), 'none'), session_user::text);
  home uuid;
  objects text[];
begin
  if current_setting('app.migrating', true) = 'on' or acting in ('aispm_app', 'aispm_system', 'aispm_jobs') then
    return;
  end if;
  if tg_event = 'sql_drop' then
    select array_agg(left(d.object_type || ' ' || d.object_identity, 300) order by d.object_identity) into objects
    from pg_event_trigger_dropped_objects() d where d.original and not d.is_temporary;
  else
    select array_agg(left(c.object_type || ' ' || c.object_identity, 300) order by c.object_identity) into objects
    from pg_event_trigger_ddl_commands() c where c.schema_name is null or c.schema_name not like 'pg_temp%';
  end if;
  select w.id into home from platform.workspace w order by w.created_at, w.id limit 1;
  if objects is null or home is null then
    return;
  end if;
  insert into audit_logs.pending (id, workspace_id, payload)
  select made.audit_id, home, convert_to(json_build_object(
    'v', 1, 'id', made.audit_id, 'time', to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    'actor', json_build_object('kind', 'system', 'id', left('postgresql:' || session_user, 200), 'roles', '[]'::json),
    'action', 'database.schema-changed', 'resource', json_build_object('type', 'database', 'id', left(objects[1], 200)), 'outcome', 'done',
    'request', json_build_object('process', 'postgresql', 'trace', replace(gen_random_uuid()::text, '-', '')),
    'change', json_build_object('fields', json_build_array('command', 'objects'), 'after', json_build_object('command', left(tg_tag, 100), 'objects', objects[1:50]))
  )::text, 'UTF8')
  from (select uuidv7() as audit_id) made;
  insert into platform.outbox (workspace_id, type, payload, actor_id)
  values (home, 'audit-log.schema-changed', jsonb_build_object(
    'command', left(tg_tag, 100), 'objects', to_jsonb(objects[1:50]), 'role', left(session_user::text, 200)), left('postgresql:' || session_user, 200));
exception
  -- The log must not keep an administrator from mending the database; the server's own log says what was not noted.
  when others then
    raise warning 'audit_logs: a change of the schema could not be noted: %', sqlerrm;
end
$$;
