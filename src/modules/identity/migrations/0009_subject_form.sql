-- How a SAML provider wrote the id of a person (format, qualifiers): a logout request must repeat it.

alter table identity.provider_session add column subject_form jsonb check (length(subject_form::text) <= 8000);
