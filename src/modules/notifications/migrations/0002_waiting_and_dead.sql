-- What waits for its digest or for the end of quiet hours: whoever takes messages looks for it each time, among all that is queued.
create index outbox_held on notifications.outbox (destination_id, next_at) where state = 'queued' and digest_id is null and held is not null;
-- The few of the ledger that people look for: found without passing everything that was delivered since.
create index outbox_unfinished on notifications.outbox (workspace_id, created_at desc, id desc) where state in ('queued', 'dead');
