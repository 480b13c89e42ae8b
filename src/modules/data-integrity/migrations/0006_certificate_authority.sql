-- Who vouches for a database whose certificate is not one of the public ones. Certificates are no secret.
alter table data_integrity.connection add column certificate_authority text check (length(certificate_authority) between 1 and 65536);
