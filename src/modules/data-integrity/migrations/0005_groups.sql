-- The table looked at group by group (a column's values): what each found, or why it is unknown; null when nobody asked.
alter table data_integrity.assessment_result add column groups jsonb;
