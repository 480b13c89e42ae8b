/** Playbooks that run on an incident, step by step. */
import { useState } from 'react';
import { useSession } from '../../../client/session.ts';
import { useChange } from '../../../client/use-change.ts';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { Button, TextLink } from '../../../ui/button.tsx';
import { Loaded } from '../../../ui/loaded.tsx';
import { Menu } from '../../../ui/menu.tsx';
import { ReasonDialog } from '../../../ui/reason-dialog.tsx';
import { RelativeTime } from '../../../ui/relative-time.tsx';
import { Section } from '../../../ui/section.tsx';
import { Badge } from '../../../ui/tag.tsx';
import { toast } from '../../../ui/toast-store.ts';
import { ActState, type Incident, listPlaybooks, listRuns, type PlaybookRun, runPlaybook, stopRun } from '../contract.ts';
import { ActStateBadge, liveEvents, touched } from './incident-words.tsx';

const stateWords = { running: 'Running', waiting: 'Waits', done: 'Done', stopped: 'Stopped' } as const;
const stateTones = { running: 'accent', waiting: 'high', done: 'ok', stopped: 'critical' } as const;

export function Runs({ incident }: { incident: Incident }) {
  const { can } = useSession();
  const answer = useEndpoint(listRuns, { id: incident.id }, { live: liveEvents });
  const books = useEndpoint(listPlaybooks, {});
  const start = useChange(runPlaybook, {
    invalidates: touched,
    onDone: ({ title }) => toast({ text: `Began: ${title}` }),
    onRefused: (problem) => toast({ text: problem.message }),
  });
  const [stopping, setStopping] = useState<PlaybookRun | null>(null);
  const choices = (books.data?.items ?? []).map(({ key, title }) => ({
    label: title,
    run: () => void start.run({ id: incident.id, key }),
  }));
  const mayRun = can('incidents:create') && choices.length > 0 && incident.mergedInto === null;
  return (
    <Section title="Playbooks" aside={mayRun ? <Menu trigger={<Button size="small">Run one</Button>} items={choices} /> : undefined}>
      <Loaded answer={answer} lines={2} empty={<NoRun />}>
        {({ items }) => items.map((run) => <Run key={run.id} run={run} onStop={can('incidents:update') ? setStopping : null} />)}
      </Loaded>
      {stopping !== null && <StopDialog run={stopping} onClose={() => setStopping(null)} />}
    </Section>
  );
}

function NoRun() {
  return (
    <p className="text-ink-2">
      No playbook matched. <TextLink to="/incidents/playbooks">See what there is</TextLink>.
    </p>
  );
}

function Run({ run, onStop }: { run: PlaybookRun; onStop: ((run: PlaybookRun) => void) | null }) {
  const isOpen = run.state === 'running' || run.state === 'waiting';
  return (
    <div className="border-b border-line py-2 last:border-b-0">
      <div className="flex flex-wrap items-center gap-2">
        <Badge tone={stateTones[run.state]}>{stateWords[run.state]}</Badge>
        <TextLink to={`/incidents/playbooks/${run.key}`}>{run.title}</TextLink>
        <span className="text-ink-3">
          <RelativeTime at={run.startedAt} />
        </span>
        {isOpen && onStop !== null && (
          <Button size="small" onClick={() => onStop(run)}>
            Stop
          </Button>
        )}
      </div>
      <ol className="mt-1 grid gap-1">
        {run.steps.map((step, at) => {
          const state = ActState.safeParse(step.actState);
          return (
            <li key={`${run.id} ${at.toString()}`} className="flex flex-wrap items-center gap-2">
              <span className="w-5 text-right text-ink-3 tabular-nums">{at + 1}</span>
              <span className={at === run.step && isOpen ? 'font-name' : ''}>{step.action}</span>
              {state.success ? (
                <ActStateBadge state={state.data} simulated={false} />
              ) : (
                <span className="text-ink-3">
                  {at < run.step ? 'could not be taken' : step.needsApproval ? 'needs approval' : 'not taken yet'}
                </span>
              )}
            </li>
          );
        })}
      </ol>
      {run.stoppedBecause !== null && <p className="mt-1 text-ink-2">{run.stoppedBecause}</p>}
    </div>
  );
}

function StopDialog({ run, onClose }: { run: PlaybookRun; onClose: () => void }) {
  const change = useChange(stopRun, { invalidates: touched, onDone: onClose });
  return (
    <ReasonDialog
      title="Stop the playbook"
      description="Steps that were not taken are not taken; what is in force stays."
      verb="Stop it"
      problem={change.problem}
      onClose={onClose}
      onSubmit={(reason) => change.run({ id: run.incidentId, runId: run.id, reason })}
    />
  );
}
