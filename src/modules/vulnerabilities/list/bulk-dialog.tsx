/** The same change on many: first what it would do and what it would refuse, then done, then 10 s to take it back. */
import { useState } from 'react';
import { z } from 'zod';
import { useChange } from '../../../client/use-change.ts';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { Form, SelectField, TextAreaField } from '../../../ui/form.tsx';
import { formatNumber, plural } from '../../../ui/format.ts';
import { Loaded } from '../../../ui/loaded.tsx';
import { toast } from '../../../ui/toast-store.ts';
import { type BulkAction, previewBulk, Resolution, runBulk, type Status, undoBatch, type VulnerabilityFilter } from '../contract.ts';
import { resolutionChoices, usePeople } from '../work/change-dialogs.tsx';

export type BulkTarget = { readonly ids: string[] } | { readonly filter: VulnerabilityFilter; readonly as_of: string };
type BulkDialogProps = { kind: 'assign' | 'status'; target: BulkTarget; onClose: () => void; onDone: () => void };
const touched = ['vulnerabilities', 'risk', 'dashboard'];

export function BulkDialog({ kind, target, onClose, onDone }: BulkDialogProps) {
  const [action, setAction] = useState<BulkAction | null>(null);
  return (
    <Dialog open onClose={onClose} title={kind === 'assign' ? 'Assign the selected' : 'Change the status of the selected'}>
      {action === null ? (
        kind === 'assign' ? (
          <ChooseAssignee onChoose={setAction} onCancel={onClose} />
        ) : (
          <ChooseStatus onChoose={setAction} onCancel={onClose} />
        )
      ) : (
        <Preview target={target} action={action} onBack={() => setAction(null)} onClose={onClose} onDone={onDone} />
      )}
    </Dialog>
  );
}

type ChooseProps = { onChoose: (action: BulkAction) => void; onCancel: () => void };
const AssignDraft = z.object({ assignee: z.string() });

function ChooseAssignee({ onChoose, onCancel }: ChooseProps) {
  const { people } = usePeople();
  return (
    <Form
      schema={AssignDraft}
      initial={{ assignee: '' }}
      onSubmit={({ assignee }) => onChoose({ kind: 'assign', assignee_id: assignee === '' ? null : assignee })}
      submit="Preview"
      onCancel={onCancel}
    >
      <SelectField name="assignee" label="Person" none="Nobody" choices={people} />
    </Form>
  );
}

const StatusDraft = z.object({ to: z.string(), resolution: z.string(), reason: z.string() });
const moves = [
  { value: 'resolved', label: 'Resolve' },
  { value: 'in_progress', label: 'Start work' },
  { value: 'false_positive', label: 'Mark as false positive' },
  { value: 'open', label: 'Put back or reopen' },
];

function ChooseStatus({ onChoose, onCancel }: ChooseProps) {
  return (
    <Form
      schema={StatusDraft}
      initial={{ to: 'resolved', resolution: 'fixed', reason: '' }}
      onSubmit={({ to, resolution, reason }) =>
        onChoose({
          kind: 'transition',
          // The choices above are words of the status table.
          to: to as Status,
          ...(to === 'resolved' ? { resolution: Resolution.parse(resolution) } : {}),
          ...(reason.trim() === '' ? {} : { reason: reason.trim() }),
        })
      }
      submit="Preview"
      onCancel={onCancel}
    >
      {(form) => (
        <>
          <SelectField name="to" label="What happened" choices={moves} />
          {form.watch('to') === 'resolved' && <SelectField name="resolution" label="How" choices={resolutionChoices} />}
          <TextAreaField name="reason" label="Reason" rows={3} />
        </>
      )}
    </Form>
  );
}

type PreviewProps = Omit<BulkDialogProps, 'kind'> & { action: BulkAction; onBack: () => void };

function Preview({ target, action, onBack, onClose, onDone }: PreviewProps) {
  const preview = useEndpoint(previewBulk, { ...target, action });
  const undo = useChange(undoBatch, {
    invalidates: touched,
    onDone: ({ restored, kept }) => toast({ text: `Put back ${restored}${kept > 0 ? `, kept ${kept} that changed since` : ''}` }),
  });
  const run = useChange(runBulk, {
    invalidates: touched,
    onDone: (batch) => {
      const text =
        batch.state === 'done'
          ? `Changed ${plural(batch.changed, 'vulnerability', 'vulnerabilities')}`
          : `Changing ${formatNumber(batch.matched)} in the background`;
      toast({ text, ...(batch.state === 'done' && batch.changed > 0 ? { undo: () => void undo.run({ batch: batch.id }) } : {}) });
      onDone();
      onClose();
    },
  });
  return (
    <Loaded answer={preview} lines={3} waitsFor="the preview">
      {({ matched, willChange, closes, breachesEnded, refusals }) => (
        <div className="grid gap-3">
          <p>
            Changes <b className="font-strong">{formatNumber(willChange)}</b> of {formatNumber(matched)}
            {closes > 0 && `; ${formatNumber(closes)} would no longer be open`}
            {breachesEnded > 0 && `, ${formatNumber(breachesEnded)} of them overdue`}.
          </p>
          {refusals.length > 0 && (
            <ul className="list-disc pl-4 text-ink-2">
              {refusals.map(({ code, reason, count }) => (
                <li key={code}>
                  {formatNumber(count)} refused: {reason}
                </li>
              ))}
            </ul>
          )}
          {run.problem !== null && (
            <p role="alert" className="text-critical-ink">
              {run.problem.message}
            </p>
          )}
          <div className="flex justify-end gap-2">
            <Button onClick={onBack}>Back</Button>
            <Button
              kind="primary"
              busy={run.isRunning && 'Changing…'}
              {...(willChange === 0 ? { refused: 'Nothing would change.' } : {})}
              onClick={() => void run.run({ ...target, action })}
            >
              Change {formatNumber(willChange)}
            </Button>
          </div>
        </div>
      )}
    </Loaded>
  );
}
