-- What is done about an incident is kept with each of its detections.
create index detection_of_incident on adversarial_detection.detection (workspace_id, incident_id) where incident_id is not null;
