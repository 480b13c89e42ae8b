/** The four changes of one vulnerability: who, status, until when, a comment. */
import { z } from 'zod';
import { useSession } from '../../../client/session.ts';
import { useChange } from '../../../client/use-change.ts';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { Dialog } from '../../../ui/dialog.tsx';
import { Form, SelectField, TextAreaField, TextField } from '../../../ui/form.tsx';
import { Loaded, LoadingLines } from '../../../ui/loaded.tsx';
import { toast } from '../../../ui/toast-store.ts';
import { listUsers } from '../../identity/contract.ts';
import {
  assignVulnerability,
  changeVulnerability,
  commentVulnerability,
  getVulnerability,
  type Move,
  Resolution,
  type Status,
  transitionVulnerability,
  type Vulnerability,
  type VulnerabilityDetail,
} from '../contract.ts';

export type Change = { readonly kind: 'assign' | 'status' | 'due' | 'comment'; readonly row: Vulnerability };
const touched = ['vulnerabilities', 'risk', 'dashboard'];

export function ChangeDialog({ change, onClose }: { change: Change; onClose: () => void }) {
  if (change.kind === 'assign') return <AssignDialog row={change.row} onClose={onClose} />;
  if (change.kind === 'status') return <StatusDialog row={change.row} onClose={onClose} />;
  if (change.kind === 'due') return <DueDialog row={change.row} onClose={onClose} />;
  return <CommentDialog row={change.row} onClose={onClose} />;
}

type DialogProps = { row: Vulnerability; onClose: () => void };
const AssignForm = z.object({ assignee: z.string() });

/** People who can be assigned; the reader first. */
export function usePeople(): { people: { value: string; label: string }[]; isKnown: boolean } {
  const { user, can } = useSession();
  const answer = useEndpoint(listUsers, { limit: 200, active: true }, { enabled: can('users:read') });
  const others = (answer.data?.items ?? []).filter(({ id }) => id !== user?.id).map(({ id, name }) => ({ value: id, label: name }));
  return {
    people: user === null ? others : [{ value: user.id, label: `${user.name} (you)` }, ...others],
    isKnown: answer.data !== undefined,
  };
}

function AssignDialog({ row, onClose }: DialogProps) {
  const { user } = useSession();
  const { people } = usePeople();
  const back = useChange(assignVulnerability, { invalidates: touched });
  const assign = useChange(assignVulnerability, {
    invalidates: touched,
    onDone: (after) => {
      const undo = () => void back.run({ id: row.id, version: after.version, assignee_id: row.assigneeId });
      toast({
        text: after.assigneeName === null ? `Assigned ${row.number} to nobody` : `Assigned ${row.number} to ${after.assigneeName}`,
        undo,
      });
      onClose();
    },
  });
  return (
    <Dialog open onClose={onClose} title={`Assign ${row.number}`} description={row.title} width="narrow">
      <Form
        schema={AssignForm}
        initial={{ assignee: row.assigneeId ?? user?.id ?? '' }}
        onSubmit={({ assignee }) => assign.run({ id: row.id, version: row.version, assignee_id: assignee === '' ? null : assignee })}
        problem={assign.problem}
        submit="Assign"
        busy="Assigning…"
        onCancel={onClose}
      >
        <SelectField name="assignee" label="Person" none="Nobody" choices={people} />
      </Form>
    </Dialog>
  );
}

/** The moves come from the server: the same table decides there and draws here. */
function StatusDialog({ row, onClose }: DialogProps) {
  const answer = useEndpoint(getVulnerability, { id: row.id });
  // What was known a moment ago may be of before one's own last change: a form that began with it would begin anew under the hands.
  const isCurrent = answer.isFetchedAfterMount || !answer.isFetching;
  return (
    <Dialog open onClose={onClose} title={`Status of ${row.number}`} description={row.title}>
      {isCurrent ? (
        <Loaded answer={answer} lines={3}>
          {/* A form of another version begins anew, with the moves of that one. */}
          {(detail: VulnerabilityDetail) => <StatusForm key={detail.version} detail={detail} onClose={onClose} />}
        </Loaded>
      ) : (
        <LoadingLines lines={3} />
      )}
    </Dialog>
  );
}

const StatusDraft = z.object({ to: z.string().min(1), resolution: z.string(), reason: z.string(), until: z.string() });
export const resolutionChoices = [
  { value: 'fixed', label: 'Fixed: the cause is gone' },
  { value: 'mitigated', label: 'Mitigated: it can no longer be used' },
  { value: 'removed', label: 'Removed: the thing itself is gone' },
];

function StatusForm({ detail, onClose }: { detail: VulnerabilityDetail; onClose: () => void }) {
  // What can be done at once comes first.
  const waits = (move: Move): boolean => move.needs.includes('assignee') && detail.assigneeId === null;
  const allowed = detail.moves.filter(({ allowed: may }) => may).toSorted((one, other) => Number(waits(one)) - Number(waits(other)));
  const refused = detail.moves.filter(({ allowed: may }) => !may);
  const back = useChange(transitionVulnerability, { invalidates: touched });
  const move = useChange(transitionVulnerability, {
    invalidates: touched,
    onDone: (after) => {
      toast({ text: doneWords(after), ...undoOf(detail, after, (input) => void back.run(input)) });
      onClose();
    },
  });
  if (allowed.length === 0) return <Refused moves={refused} />;
  return (
    <Form
      schema={StatusDraft}
      initial={{ to: allowed[0]?.to ?? '', resolution: 'fixed', reason: '', until: '' }}
      onSubmit={({ to, resolution, reason, until }) => {
        const needs = allowed.find((one) => one.to === to)?.needs ?? [];
        return move.run({
          id: detail.id,
          version: detail.version,
          // The choices are the server's own words.
          to: to as Status,
          ...(needs.includes('resolution') ? { resolution: Resolution.parse(resolution) } : {}),
          ...(reason.trim() === '' ? {} : { reason: reason.trim() }),
          ...(needs.includes('until') && until !== '' ? { until: new Date(`${until}T23:59:59Z`).toISOString() } : {}),
        });
      }}
      problem={move.problem}
      submit="Change the status"
      busy="Changing…"
      onCancel={onClose}
    >
      {(form) => {
        const needs = allowed.find(({ to }) => to === form.watch('to'))?.needs ?? [];
        return (
          <>
            <SelectField name="to" label="What happened" choices={allowed.map(({ to, label }) => ({ value: to, label }))} />
            {needs.includes('assignee') && detail.assigneeId === null && <p className="text-high-ink">Assign it to someone first.</p>}
            {needs.includes('resolution') && (
              <SelectField name="resolution" label="How" choices={resolutionChoices} help="Stays a claim until a scan verifies it." />
            )}
            {needs.includes('until') && <TextField name="until" type="date" label="Until" help="At most 365 days. It reopens by itself." />}
            <TextAreaField
              name="reason"
              label={needs.includes('reason') ? 'Reason' : 'Note'}
              rows={3}
              {...(needs.includes('another-person') ? { help: 'Another CISO or admin must agree.' } : {})}
            />
            <Refused moves={refused} />
          </>
        );
      }}
    </Form>
  );
}

function Refused({ moves }: { moves: readonly Move[] }) {
  if (moves.length === 0) return null;
  return (
    <ul className="text-label text-ink-3">
      {moves.map(({ to, label, refusal }) => (
        <li key={to}>
          {label}: {refusal}
        </li>
      ))}
    </ul>
  );
}

function doneWords({ number, status, acceptance }: VulnerabilityDetail): string {
  if (acceptance !== null && acceptance.grantedAt === null) return `Asked to accept the risk of ${number}`;
  return {
    open: `${number} is open`,
    in_progress: `Started ${number}`,
    resolved: `Resolved ${number}`,
    false_positive: `Marked ${number} as false positive`,
    risk_accepted: `Accepted the risk of ${number}`,
  }[status];
}

/** Back to where it was, where the table has a way back. */
function undoOf(
  before: VulnerabilityDetail,
  after: VulnerabilityDetail,
  run: (input: Parameters<ReturnType<typeof useChange<typeof transitionVulnerability>>['run']>[0]) => void,
): { undo?: () => void } {
  if (after.status === before.status || (after.status !== 'in_progress' && before.status !== 'open')) return {};
  return { undo: () => run({ id: after.id, version: after.version, to: 'open', reason: 'Undone.' }) };
}

const DueForm = z.object({ due: z.string(), reason: z.string().trim().min(3, 'Say why.') });
function DueDialog({ row, onClose }: DialogProps) {
  const change = useChange(changeVulnerability, {
    invalidates: touched,
    onDone: (after) => {
      toast({ text: after.dueAt === null ? `${row.number} has no due date` : `${row.number} is due ${after.dueAt.slice(0, 10)}` });
      onClose();
    },
  });
  return (
    <Dialog open onClose={onClose} title={`Due date of ${row.number}`} description={row.title} width="narrow">
      <Form
        schema={DueForm}
        initial={{ due: row.dueAt?.slice(0, 10) ?? '', reason: '' }}
        onSubmit={({ due, reason }) =>
          change.run({ id: row.id, version: row.version, due_at: due === '' ? null : new Date(`${due}T23:59:59Z`).toISOString(), reason })
        }
        problem={change.problem}
        submit="Set the date"
        busy="Setting…"
        onCancel={onClose}
      >
        <TextField name="due" type="date" label="Due" help="Empty: no date. The history keeps the old one." />
        <TextField name="reason" label="Reason" />
      </Form>
    </Dialog>
  );
}

const CommentForm = z.object({ text: z.string().trim().min(1, 'Write something.').max(8000) });
function CommentDialog({ row, onClose }: DialogProps) {
  const comment = useChange(commentVulnerability, {
    onDone: () => {
      toast({ text: `Commented on ${row.number}` });
      onClose();
    },
  });
  return (
    <Dialog open onClose={onClose} title={`Comment on ${row.number}`} description={row.title}>
      <Form
        schema={CommentForm}
        initial={{ text: '' }}
        onSubmit={({ text }) => comment.run({ id: row.id, text })}
        problem={comment.problem}
        submit="Comment"
        busy="Commenting…"
        onCancel={onClose}
      >
        <TextAreaField name="text" label="Comment" />
      </Form>
    </Dialog>
  );
}
