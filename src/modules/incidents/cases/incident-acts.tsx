/** What is done about an incident: each act with its state, its time, and its way back. */
import { useState } from 'react';
import { useSession } from '../../../client/session.ts';
import { useChange } from '../../../client/use-change.ts';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { Button } from '../../../ui/button.tsx';
import { Choice, TextBox, TextLine } from '../../../ui/controls.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { plural } from '../../../ui/format.ts';
import { InertText } from '../../../ui/inert-text.tsx';
import { Loaded, ProblemNote } from '../../../ui/loaded.tsx';
import { RelativeTime } from '../../../ui/relative-time.tsx';
import { Section } from '../../../ui/section.tsx';
import { Tag } from '../../../ui/tag.tsx';
import { formatDuration } from '../../../ui/time.ts';
import { toast } from '../../../ui/toast-store.ts';
import { type Act, approveAct, type Incident, listActions, listActs, refuseAct, requestAct, revertAct, waiveAct } from '../contract.ts';
import { ActStateBadge, CountdownWords, liveEvents, touched } from './incident-words.tsx';
import { ReasonDialog } from './reason-dialog.tsx';

type Decision = { readonly act: Act; readonly verb: 'approve' | 'refuse' | 'revert' | 'waive' };
const decisions = {
  approve: { title: 'Approve', endpoint: approveAct },
  refuse: { title: 'Do not approve', endpoint: refuseAct },
  revert: { title: 'Take back', endpoint: revertAct },
  waive: { title: 'Do not wait for it', endpoint: waiveAct },
} as const;

export function Acts({ incident }: { incident: Incident }) {
  const { can } = useSession();
  const answer = useEndpoint(listActs, { incident_id: incident.id, limit: 100 }, { live: liveEvents });
  const [decision, setDecision] = useState<Decision | null>(null);
  const [asking, setAsking] = useState(false);
  const mayAct = can('incidents:update');
  const total = answer.data?.total ?? 0;
  return (
    <Section
      title="What is done"
      note={total > 0 ? plural(total, 'act') : undefined}
      aside={
        mayAct ? (
          <Button size="small" onClick={() => setAsking(true)}>
            Do something
          </Button>
        ) : undefined
      }
    >
      <Loaded answer={answer} lines={3} empty={<p className="text-ink-2">Nothing yet.</p>}>
        {({ items }) => (
          <ul>
            {items.map((act) => (
              <ActRow key={act.id} act={act} onDecide={mayAct ? (verb) => setDecision({ act, verb }) : null} />
            ))}
          </ul>
        )}
      </Loaded>
      {decision !== null && <DecisionDialog decision={decision} incidentId={incident.id} onClose={() => setDecision(null)} />}
      {asking && <ActDialog incident={incident} onClose={() => setAsking(false)} />}
    </Section>
  );
}

function ActRow({ act, onDecide }: { act: Act; onDecide: ((verb: Decision['verb']) => void) | null }) {
  return (
    <li className="border-b border-line py-2 last:border-b-0">
      <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <ActStateBadge state={act.state} simulated={act.simulated} />
        <InertText className="min-w-0 flex-1 basis-60 font-name break-words" text={act.title} />
        {act.containing && <Tag title="The incident is contained when all of these are in force">contains</Tag>}
      </div>
      <div className="mt-0.5 flex flex-wrap items-baseline gap-x-3 text-ink-2">
        <span>{act.requestedBy.name}</span>
        <ActTimes act={act} />
        {act.approvedBy !== null && <span>approved by {act.approvedBy}</span>}
      </div>
      {act.failure !== null && <p className="mt-0.5 text-critical-ink">{act.failure}</p>}
      {act.waived !== null && <p className="mt-0.5 text-ink-2">Not waited for: {act.waived}</p>}
      {onDecide !== null && <ActButtons act={act} onDecide={onDecide} />}
    </li>
  );
}

function ActTimes({ act }: { act: Act }) {
  if (act.state === 'planned' || act.state === 'executing')
    return (
      <span>
        due <CountdownWords dueAt={act.dueAt} />
      </span>
    );
  if (act.inForceAt === null) return <RelativeTime at={act.requestedAt} />;
  const took = Date.parse(act.inForceAt) - Date.parse(act.approvedAt ?? act.requestedAt);
  return (
    <span>
      in force after {took < 1000 ? `${Math.max(1, Math.round(took))} ms` : formatDuration(took)}, <RelativeTime at={act.inForceAt} />
    </span>
  );
}

function ActButtons({ act, onDecide }: { act: Act; onDecide: (verb: Decision['verb']) => void }) {
  const waits = act.state === 'awaiting_approval';
  const canRevert = act.revertible && (act.state === 'in_force' || act.state === 'partial');
  const canWaive = act.containing && act.waived === null && ['failed', 'partial', 'awaiting_approval', 'executing'].includes(act.state);
  if (!waits && !canRevert && !canWaive) return null;
  return (
    <div className="mt-1.5 flex flex-wrap gap-2">
      {waits && (
        <>
          <Button size="small" kind="primary" onClick={() => onDecide('approve')}>
            Approve
          </Button>
          <Button size="small" onClick={() => onDecide('refuse')}>
            Do not approve
          </Button>
        </>
      )}
      {canRevert && (
        <Button size="small" onClick={() => onDecide('revert')}>
          Take back
        </Button>
      )}
      {canWaive && (
        <Button size="small" onClick={() => onDecide('waive')}>
          Do not wait for it
        </Button>
      )}
    </div>
  );
}

function DecisionDialog({ decision: { act, verb }, incidentId, onClose }: { decision: Decision; incidentId: string; onClose: () => void }) {
  const { title, endpoint } = decisions[verb];
  const change = useChange(endpoint, {
    invalidates: touched,
    onDone: () => {
      toast({ text: `${title}: ${act.title}` });
      onClose();
    },
  });
  // A release of a quarantine asks for more words than the rest.
  const least = verb === 'revert' && act.action === 'quarantine-asset' ? 10 : 3;
  return (
    <ReasonDialog
      title={title}
      description={act.title}
      verb={title}
      least={least}
      problem={change.problem}
      onClose={onClose}
      onSubmit={(reason) => change.run({ id: incidentId, actId: act.id, version: act.version, reason })}
    />
  );
}

/** Parameters as JSON: every action has its own; what it takes stands beside. */
function ActDialog({ incident, onClose }: { incident: Incident; onClose: () => void }) {
  const actions = useEndpoint(listActions, {});
  const [action, setAction] = useState('block-client');
  const [text, setText] = useState<string | null>(null);
  const [reason, setReason] = useState('');
  const [wrong, setWrong] = useState<string | null>(null);
  const change = useChange(requestAct, {
    invalidates: touched,
    onDone: (act) => {
      toast({ text: act.state === 'failed' ? `Failed: ${act.failure ?? act.title}` : `Asked for: ${act.title}` });
      onClose();
    },
  });
  const chosen = actions.data?.items.find(({ id }) => id === action);
  const shown = text ?? beginning(action, incident);
  const send = (): void => {
    const parameters = parsed(shown);
    setWrong(parameters === null ? 'The parameters are not a JSON object.' : null);
    if (parameters !== null) void change.run({ id: incident.id, action, parameters, reason });
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title="Do something about it"
      description={chosen?.says ?? 'Choose what is to be done.'}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" busy={change.isRunning && 'Doing…'} disabled={reason.trim().length < 3} onClick={send}>
            Do it
          </Button>
        </>
      }
    >
      <div className="grid gap-3">
        <Choice
          label="Action"
          value={action}
          choices={(actions.data?.items ?? []).map(({ id, title }) => ({ value: id, label: title }))}
          onChange={(value) => {
            setAction(value);
            setText(null);
          }}
        />
        <TextBox label="Parameters" value={shown} onChange={setText} rows={4} help={namesOf(chosen?.parameters)} />
        <TextLine label="Reason" value={reason} onChange={setReason} plain />
        {wrong !== null && <p className="text-critical-ink">{wrong}</p>}
        {change.problem !== null && <ProblemNote error={change.problem} />}
      </div>
    </Dialog>
  );
}

function beginning(action: string, { assetId }: Incident): string {
  const ofAsset = ['quarantine-asset', 'require-review', 'rescan'].includes(action);
  if (ofAsset) return JSON.stringify({ assetId: assetId ?? '' }, null, 2);
  if (action === 'block-client') return JSON.stringify({ clientId: '' }, null, 2);
  if (action === 'block-input') return JSON.stringify({ inputSha256: '' }, null, 2);
  if (action === 'open-ticket') return JSON.stringify({ destinationId: '' }, null, 2);
  if (action === 'revoke-api-key') return JSON.stringify({ keyId: '' }, null, 2);
  return '{}';
}

function parsed(text: string): Parameters<ReturnType<typeof useChange<typeof requestAct>>['run']>[0]['parameters'] | null {
  try {
    const value: unknown = JSON.parse(text);
    // The server checks every value by the action's own schema.
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, string>) : null;
  } catch {
    return null;
  }
}

function namesOf(schema: Readonly<Record<string, unknown>> | undefined): string {
  const properties = schema?.['properties'];
  if (typeof properties !== 'object' || properties === null) return 'As JSON.';
  const required = Array.isArray(schema?.['required']) ? schema['required'] : [];
  const names = Object.keys(properties).map((name) => (required.includes(name) ? name : `${name} (may be left out)`));
  return names.length === 0 ? 'It takes none.' : `As JSON: ${names.join(', ')}.`;
}
