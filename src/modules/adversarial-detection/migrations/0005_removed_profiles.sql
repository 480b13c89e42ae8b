-- A removed profile is a name that detections cite: its rows and numbers are gone.
alter table adversarial_detection.profile drop constraint profile_state_check;
alter table adversarial_detection.profile
  add constraint profile_state_check check (state in ('building', 'ready', 'failed', 'superseded', 'removed'));
