-- An import runs in the background: how much there is to read, and why it ended early.
alter table advisories.import
  add column expected integer not null default 0,
  add column problem jsonb;
