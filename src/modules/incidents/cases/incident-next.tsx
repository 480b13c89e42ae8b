/** The one thing to do now, and what else may be done. */
import { useState } from 'react';
import { useSession } from '../../../client/session.ts';
import { useChange } from '../../../client/use-change.ts';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { Person } from '../../../ui/avatar.tsx';
import { Button, ButtonLink } from '../../../ui/button.tsx';
import { InertText } from '../../../ui/inert-text.tsx';
import { useKeys } from '../../../ui/keys.ts';
import { Loaded } from '../../../ui/loaded.tsx';
import { Menu } from '../../../ui/menu.tsx';
import { Section } from '../../../ui/section.tsx';
import { toast } from '../../../ui/toast-store.ts';
import { ActDialog } from '../acts/act-dialog.tsx';
import {
  type Act,
  acknowledgeIncident,
  type Incident,
  listActs,
  type NextStep,
  nextStep,
  unmergeIncident,
  unsettledActs,
} from '../contract.ts';
import { type Decision, DecisionDialog } from './incident-acts.tsx';
import { type Ask, IncidentDialog } from './incident-dialogs.tsx';
import { liveEvents, touched } from './incident-words.tsx';

type Asking =
  | { readonly kind: 'words'; readonly ask: Ask }
  | { readonly kind: 'decision'; readonly decision: Decision }
  | { readonly kind: 'act' };

export function NextAction({ incident }: { incident: Incident }) {
  const { can, user } = useSession();
  const isMerged = incident.mergedInto !== null;
  const asked = { incident_id: incident.id, state: unsettledActs.join(','), limit: 100 };
  const acts = useEndpoint(listActs, asked, { live: liveEvents, enabled: !isMerged });
  const [asking, setAsking] = useState<Asking | null>(null);
  const ask = (words: Ask): void => setAsking({ kind: 'words', ask: words });
  const mayChange = can('incidents:update') && !isMerged;
  const step = nextStep(incident, acts.data?.items ?? null, user?.id ?? null);
  return (
    <>
      <Section title="Next action">
        {step === null ? (
          <Loaded answer={acts} lines={1} waitsFor="what is done">
            {() => null}
          </Loaded>
        ) : (
          <>
            <p className="text-ink-2">
              <InertText text={mayChange ? step.says : step.stands} />
            </p>
            {mayChange && <StepButtons incident={incident} step={step} acts={acts.data?.items ?? []} onAsk={setAsking} />}
            {isMerged && <MergedButtons incident={incident} verb={step.does?.verb ?? ''} />}
          </>
        )}
        {mayChange && <SecondPerson incident={incident} onAgree={() => ask('false-positive')} />}
      </Section>
      <Owner incident={incident} onAssign={mayChange ? () => ask('owner') : null} />
      <Asked asking={asking} incident={incident} onClose={() => setAsking(null)} />
    </>
  );
}

type StepButtonsProps = { incident: Incident; step: NextStep; acts: readonly Act[]; onAsk: (asking: Asking) => void };
/** The one primary button of the page, what else may be done, and their keys. */
function StepButtons({ incident, step: { does, act: about }, acts, onAsk }: StepButtonsProps) {
  const acknowledge = useChange(acknowledgeIncident, {
    invalidates: touched,
    onDone: () => toast({ text: `You look at INC-${incident.number}` }),
    onRefused: (problem) => toast({ text: problem.message }),
  });
  const act = acts.find(({ id }) => id === about?.id);
  const ask = (words: Ask): void => onAsk({ kind: 'words', ask: words });
  const decide = (verb: Decision['verb']): void => {
    if (act !== undefined) onAsk({ kind: 'decision', decision: { act, verb } });
  };
  const look = (): void => void acknowledge.run({ id: incident.id, version: incident.version });
  const take = (): void => {
    if (does === null || does.kind === 'open-other') return;
    if (does.kind === 'acknowledge') look();
    else if (does.kind === 'approve') decide('approve');
    else if (does.kind === 'act') onAsk({ kind: 'act' });
    else ask(does.kind);
  };
  useKeys('Incident', [
    { keys: 'a', label: 'Acknowledge', run: () => incident.acknowledgedAt === null && look() },
    { keys: 'e', label: 'Assign', run: () => ask('owner') },
    { keys: 'c', label: 'Note', run: () => ask('note') },
    { keys: 's', label: does === null ? 'Next step' : does.verb, run: take },
  ]);
  return (
    <div className="mt-2 flex flex-wrap gap-2">
      {does !== null && (
        <Button kind="primary" keys={does.kind === 'acknowledge' ? 'a' : 's'} busy={acknowledge.isRunning && 'Saying…'} onClick={take}>
          {does.verb}
        </Button>
      )}
      {act !== undefined && <Button onClick={() => decide('refuse')}>Do not approve</Button>}
      <Menu trigger={<Button>More</Button>} align="start" items={more(incident, ask)} />
    </div>
  );
}

function Asked({ asking, incident, onClose }: { asking: Asking | null; incident: Incident; onClose: () => void }) {
  if (asking === null) return null;
  if (asking.kind === 'act') return <ActDialog incident={incident} onClose={onClose} />;
  if (asking.kind === 'decision') return <DecisionDialog decision={asking.decision} incidentId={incident.id} onClose={onClose} />;
  return <IncidentDialog ask={asking.ask} incident={incident} onClose={onClose} />;
}

/** A critical incident is a false positive only when two persons say so. */
function SecondPerson({ incident, onAgree }: { incident: Incident; onAgree: () => void }) {
  const { user } = useSession();
  if (incident.falsePositiveBy === null || incident.state === 'false_positive') return null;
  const isMine = user !== null && incident.falsePositiveBy === user.name;
  return (
    <div className="mt-3 flex flex-wrap items-center gap-2">
      <p className="min-w-0 flex-1 basis-60 text-ink-2">
        {incident.falsePositiveBy} calls it a false positive. It is critical: a second person must agree
        {isMine ? '.' : ', for instance you.'}
      </p>
      {!isMine && <Button onClick={onAgree}>Agree that it is one</Button>}
    </div>
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

function MergedButtons({ incident, verb }: { incident: Incident; verb: string }) {
  const { can } = useSession();
  const change = useChange(unmergeIncident, { invalidates: touched, onRefused: (problem) => toast({ text: problem.message }) });
  return (
    <div className="mt-2 flex flex-wrap gap-2">
      <ButtonLink kind="primary" to={`/incidents/${incident.mergedInto ?? ''}`}>
        {verb}
      </ButtonLink>
      {can('incidents:update') && (
        <Button busy={change.isRunning && 'Taking out…'} onClick={() => void change.run({ id: incident.id })}>
          Take it out again
        </Button>
      )}
    </div>
  );
}
