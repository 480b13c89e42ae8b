-- Whoever asks again under the same key is answered with the version made then: a job that runs twice, a caller who lost the answer.
alter table data_integrity.baseline add column idempotency_key text check (length(idempotency_key) between 1 and 500);
create unique index baseline_by_key on data_integrity.baseline (workspace_id, idempotency_key) where idempotency_key is not null;
