-- Why an admin revoked somebody's key, in words its owner reads.

alter table identity.api_key
  add column revoked_reason text check (length(revoked_reason) between 1 and 300);
