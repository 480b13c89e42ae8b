/** The one thing to do now, and what else may be done. */
import { useState } from 'react';
import { useSession } from '../../../client/session.ts';
import { useChange } from '../../../client/use-change.ts';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { Person } from '../../../ui/avatar.tsx';
import { Button, ButtonLink } from '../../../ui/button.tsx';
import { useKeys } from '../../../ui/keys.ts';
import { Menu } from '../../../ui/menu.tsx';
import { Section } from '../../../ui/section.tsx';
import { toast } from '../../../ui/toast-store.ts';
import { type Act, acknowledgeIncident, type Incident, listActs, unmergeIncident } from '../contract.ts';
import { type Ask, IncidentDialog } from './incident-dialogs.tsx';
import { liveEvents, touched } from './incident-words.tsx';

type Step = { readonly says: string; readonly verb: string | null; readonly ask: Ask | 'acknowledge' | null };

/** Acts that a next step may be about; those in force can be hundreds. */
const notInForce = 'failed,partial,planned,executing,awaiting_approval';

/** What comes next, by state and acts. Pure. */
function nextStep(incident: Incident, acts: readonly Act[]): Step {
  const waiting = acts.filter(({ state }) => state === 'awaiting_approval').length;
  const open = acts.filter(
    ({ containing, simulated, waived, state }) => containing && !simulated && waived === null && notInForce.split(',').includes(state),
  ).length;
  if (incident.state === 'closed') return { says: 'Nothing: it is closed and its timeline is sealed.', verb: null, ask: null };
  if (incident.state === 'false_positive') return { says: 'Nothing: it was a false positive.', verb: null, ask: null };
  if (incident.acknowledgedAt === null)
    return { says: 'Say that you look at it: that stops the escalation.', verb: 'Acknowledge', ask: 'acknowledge' };
  if (waiting > 0)
    return { says: `${waiting} act(s) wait for approval by somebody else than who asked: see what is done.`, verb: null, ask: null };
  if (incident.state === 'resolved')
    return { says: 'Close it when nothing new comes; after 72 hours it closes by itself.', verb: 'Close', ask: 'close' };
  if (incident.state === 'contained')
    return { says: 'Find the root cause, write it down, and resolve it.', verb: 'Resolve', ask: 'resolve' };
  if (open > 0)
    return {
      says: `${open} containing act(s) are not in force: repeat them another way, or say why it need not wait.`,
      verb: null,
      ask: null,
    };
  return { says: 'Make sure that nothing spreads, then mark it as contained.', verb: 'Mark as contained', ask: 'contain' };
}

export function NextAction({ incident }: { incident: Incident }) {
  const { can, user } = useSession();
  const acts = useEndpoint(listActs, { incident_id: incident.id, state: notInForce, limit: 100 }, { live: liveEvents });
  const [asked, setAsked] = useState<Ask | null>(null);
  const acknowledge = useChange(acknowledgeIncident, {
    invalidates: touched,
    onDone: () => toast({ text: `You look at INC-${incident.number}` }),
    onRefused: (problem) => toast({ text: problem.message }),
  });
  const mayChange = can('incidents:update') && incident.mergedInto === null;
  const step = nextStep(incident, acts.data?.items ?? []);
  const take = (): void => {
    if (!mayChange || step.ask === null) return;
    if (step.ask === 'acknowledge') void acknowledge.run({ id: incident.id, version: incident.version });
    else setAsked(step.ask);
  };
  useKeys('Incident', [
    {
      keys: 'a',
      label: 'Acknowledge',
      run: () => mayChange && incident.acknowledgedAt === null && void acknowledge.run({ id: incident.id }),
    },
    { keys: 'e', label: 'Assign', run: () => mayChange && setAsked('owner') },
    { keys: 'c', label: 'Note', run: () => mayChange && setAsked('note') },
    { keys: 's', label: 'Next step', run: take },
  ]);
  if (incident.mergedInto !== null) return <Merged incident={incident} />;
  return (
    <>
      <Section title="Next action">
        <p className="text-ink-2">{step.says}</p>
        {mayChange && (
          <div className="mt-2 flex flex-wrap gap-2">
            {step.verb !== null && (
              <Button kind="primary" keys={step.ask === 'acknowledge' ? 'a' : 's'} busy={acknowledge.isRunning && 'Saying…'} onClick={take}>
                {step.verb}
              </Button>
            )}
            <Menu trigger={<Button>More</Button>} align="start" items={more(incident, setAsked)} />
          </div>
        )}
        {incident.falsePositiveBy !== null && incident.state !== 'false_positive' && (
          <p className="mt-2 text-ink-2">
            {incident.falsePositiveBy} calls it a false positive. It is critical: a second person must agree
            {user === null || incident.falsePositiveBy === user.name ? '.' : ', for instance you.'}
          </p>
        )}
      </Section>
      <Owner incident={incident} onAssign={mayChange ? () => setAsked('owner') : null} />
      {asked !== null && <IncidentDialog ask={asked} incident={incident} onClose={() => setAsked(null)} />}
    </>
  );
}

function Owner({ incident, onAssign }: { incident: Incident; onAssign: (() => void) | null }) {
  return (
    <Section
      title="Owner"
      aside={
        onAssign === null ? undefined : (
          <Button size="small" keys="e" onClick={onAssign}>
            Assign
          </Button>
        )
      }
    >
      <Person name={incident.assigneeName} />
    </Section>
  );
}

function more(incident: Incident, ask: (ask: Ask) => void) {
  const ended = incident.state === 'resolved' || incident.state === 'closed';
  const judged = incident.state === 'false_positive' || ended;
  return [
    { label: 'Write a note', keys: 'c', run: () => ask('note') },
    { label: 'Change the severity', run: () => ask('severity') },
    { label: 'Merge another into it', run: () => ask('merge'), ...(judged ? { refused: 'It is over' } : {}) },
    { kind: 'line' as const },
    ...(ended ? [{ label: 'Reopen', run: () => ask('reopen') }] : []),
    {
      label: 'Call it a false positive',
      run: () => ask('false-positive'),
      destructive: true,
      ...(judged ? { refused: 'It is over' } : {}),
    },
  ];
}

function Merged({ incident }: { incident: Incident }) {
  const { can } = useSession();
  const change = useChange(unmergeIncident, { invalidates: touched, onRefused: (problem) => toast({ text: problem.message }) });
  return (
    <Section title="Next action">
      <p className="text-ink-2">It was merged into another incident and lives on there.</p>
      <div className="mt-2 flex flex-wrap gap-2">
        <ButtonLink kind="primary" to={`/incidents/${incident.mergedInto ?? ''}`}>
          Open that one
        </ButtonLink>
        {can('incidents:update') && (
          <Button busy={change.isRunning && 'Taking out…'} onClick={() => void change.run({ id: incident.id })}>
            Take it out again
          </Button>
        )}
      </div>
    </Section>
  );
}
