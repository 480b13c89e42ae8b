/** Every change of an incident that asks for words: resolving, judging, giving away, merging. */
import { z } from 'zod';
import { useChange } from '../../../client/use-change.ts';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { Dialog } from '../../../ui/dialog.tsx';
import { CheckboxField, Form, SelectField, TextAreaField } from '../../../ui/form.tsx';
import { inertLine } from '../../../ui/inert.ts';
import { ReasonDialog } from '../../../ui/reason-dialog.tsx';
import { toast } from '../../../ui/toast-store.ts';
import { addNote, changeIncident, type Incident, listIncidents, mergeIncidents } from '../contract.ts';
import { usePeople } from '../escalation/people-choice.tsx';
import { categoryWords, touched } from './incident-words.tsx';

export type Ask = 'resolve' | 'close' | 'contain' | 'reopen' | 'false-positive' | 'severity' | 'owner' | 'note' | 'merge';
type Props = { incident: Incident; onClose: () => void };

export function IncidentDialog({ ask, ...props }: Props & { ask: Ask }) {
  if (ask === 'resolve') return <ResolveDialog {...props} />;
  if (ask === 'severity') return <SeverityDialog {...props} />;
  if (ask === 'owner') return <OwnerDialog {...props} />;
  if (ask === 'note') return <NoteDialog {...props} />;
  if (ask === 'merge') return <MergeDialog {...props} />;
  return <MoveDialog {...props} ask={ask} />;
}

const moves = {
  contain: {
    state: 'contained',
    title: 'Mark as contained',
    verb: 'Mark as contained',
    says: 'Nothing spreads any more: every containing act is in force, or waived with a reason.',
  },
  close: { state: 'closed', title: 'Close the incident', verb: 'Close', says: 'The timeline is sealed into the audit log.' },
  reopen: { state: 'investigating', title: 'Reopen the incident', verb: 'Reopen', says: 'Possible within 30 days.' },
  'false-positive': {
    state: 'false_positive',
    title: 'Call it a false positive',
    verb: 'Call it a false positive',
    says: 'What was done is taken back. A critical incident needs a second person to agree.',
  },
} as const;

function useMove({ incident, onClose }: Props, words: string) {
  return useChange(changeIncident, {
    invalidates: touched,
    onDone: () => {
      toast({ text: `${words}: INC-${incident.number}` });
      onClose();
    },
  });
}

function MoveDialog({ ask, ...props }: Props & { ask: keyof typeof moves }) {
  const { incident, onClose } = props;
  const { state, title, verb, says } = moves[ask];
  const change = useMove(props, verb);
  return (
    <ReasonDialog
      title={title}
      description={says}
      verb={verb}
      problem={change.problem}
      onClose={onClose}
      onSubmit={(reason) => change.run({ id: incident.id, version: incident.version, state, reason })}
    />
  );
}

const ResolveForm = z.object({
  rootCause: z.string().trim().min(3, 'Say what the cause was').max(8000),
  reason: z.string().trim().max(4000),
  keep: z.boolean(),
});
function ResolveDialog(props: Props) {
  const { incident, onClose } = props;
  const change = useMove(props, 'Resolved');
  return (
    <Dialog
      open
      onClose={onClose}
      title="Resolve the incident"
      description="Its alerts are closed with it. It closes by itself after 72 hours without a new alert."
    >
      <Form
        schema={ResolveForm}
        initial={{ rootCause: incident.rootCause, reason: '', keep: false }}
        onSubmit={({ rootCause, reason, keep }) =>
          change.run({
            id: incident.id,
            version: incident.version,
            state: 'resolved',
            rootCause,
            keepQuarantines: keep,
            ...(reason === '' ? {} : { reason }),
          })
        }
        problem={change.problem}
        submit="Resolve"
        onCancel={onClose}
      >
        <TextAreaField name="rootCause" label="Root cause" rows={4} help="What made it possible, and what ends it." />
        <CheckboxField name="keep" label="Keep quarantines that are still in force, on purpose" />
        <TextAreaField name="reason" label="Note" rows={2} help="Needed when quarantines are kept: at least 10 characters." />
      </Form>
    </Dialog>
  );
}

const severities = ['critical', 'high', 'medium', 'low', 'informational'] as const;
const SeverityForm = z.object({ severity: z.enum(severities), reason: z.string().trim().min(3, 'Say why').max(4000) });
function SeverityDialog(props: Props) {
  const { incident, onClose } = props;
  const change = useMove(props, 'Severity changed');
  return (
    <Dialog
      open
      onClose={onClose}
      title="Change the severity"
      description={`The machine judged it ${incident.detectedSeverity}; that stays for the statistics.`}
      width="narrow"
    >
      <Form
        schema={SeverityForm}
        initial={{ severity: incident.severity, reason: '' }}
        onSubmit={(draft) => change.run({ id: incident.id, version: incident.version, ...draft })}
        problem={change.problem}
        submit="Change"
        onCancel={onClose}
      >
        <SelectField name="severity" label="Severity" choices={severities.map((value) => ({ value, label: categoryWords(value) }))} />
        <TextAreaField name="reason" label="Reason" rows={2} />
      </Form>
    </Dialog>
  );
}

const OwnerForm = z.object({ assignee: z.string() });
function OwnerDialog(props: Props) {
  const { incident, onClose } = props;
  const change = useMove(props, 'Assigned');
  const people = usePeople();
  return (
    <Dialog open onClose={onClose} title="Give it to somebody" width="narrow">
      <Form
        schema={OwnerForm}
        initial={{ assignee: incident.assigneeId ?? '' }}
        onSubmit={({ assignee }) =>
          change.run({ id: incident.id, version: incident.version, assigneeId: assignee === '' ? null : assignee })
        }
        problem={change.problem}
        submit="Assign"
        onCancel={onClose}
      >
        <SelectField name="assignee" label="Person" none="Nobody" choices={people} />
      </Form>
    </Dialog>
  );
}

const NoteForm = z.object({ text: z.string().trim().min(1, 'Write something').max(4000) });
function NoteDialog({ incident, onClose }: Props) {
  const change = useChange(addNote, { invalidates: touched, onDone: onClose });
  return (
    <Dialog open onClose={onClose} title="Write into the timeline" width="narrow">
      <Form
        schema={NoteForm}
        initial={{ text: '' }}
        onSubmit={({ text }) => change.run({ id: incident.id, text })}
        problem={change.problem}
        submit="Write"
        onCancel={onClose}
      >
        <TextAreaField name="text" label="Note" rows={4} />
      </Form>
    </Dialog>
  );
}

const MergeForm = z.object({ other: z.string().min(1, 'Choose an incident'), reason: z.string().trim().max(4000) });
function MergeDialog({ incident, onClose }: Props) {
  const list = useEndpoint(listIncidents, { limit: 100 });
  const change = useChange(mergeIncidents, {
    invalidates: touched,
    onDone: () => {
      toast({ text: `Merged into INC-${incident.number}` });
      onClose();
    },
  });
  const choices = (list.data?.items ?? [])
    .filter(({ id }) => id !== incident.id)
    .map(({ id, number, title }) => ({ value: id, label: `INC-${number} ${inertLine(title, 80)}` }));
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Take another incident into INC-${incident.number}`}
      description="Its alerts and their acts come along; it can be taken out again."
    >
      <Form
        schema={MergeForm}
        initial={{ other: '', reason: '' }}
        onSubmit={({ other, reason }) => change.run({ id: incident.id, incidentIds: [other], reason })}
        problem={change.problem}
        submit="Merge"
        onCancel={onClose}
      >
        <SelectField name="other" label="Incident" none={choices.length === 0 ? 'There is no other' : 'Choose…'} choices={choices} />
        <TextAreaField name="reason" label="Why they are one matter" rows={2} />
      </Form>
    </Dialog>
  );
}
