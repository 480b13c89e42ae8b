-- What an alert says about itself, who it was given to, and which matter it is part of.
alter table security_alerts.alert
  add column category text not null default 'general' check (length(category) between 1 and 80),
  add column detected_severity text check (detected_severity in ('critical', 'high', 'medium', 'low', 'informational')),
  add column technique text[] not null default '{}',
  add column evidence jsonb not null default '{}',
  add column detection_id uuid,
  add column assignee_id uuid,
  add column assignee_name text,
  add column incident_id uuid,
  add column incident_number integer,
  add column correlated_with uuid[] not null default '{}';
update security_alerts.alert set detected_severity = severity;
alter table security_alerts.alert alter column detected_severity set not null;

create index alert_by_matter on security_alerts.alert (workspace_id, asset_id, category, last_at desc) where asset_id is not null;
create index alert_of_incident on security_alerts.alert (workspace_id, incident_id, last_at desc, id desc) where incident_id is not null;
create index alert_of_detection on security_alerts.alert (workspace_id, detection_id) where detection_id is not null;
