/** What is done about an incident. */
import { useState } from 'react';
import { useSession } from '../../../client/session.ts';
import { useChange } from '../../../client/use-change.ts';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { Button } from '../../../ui/button.tsx';
import { plural } from '../../../ui/format.ts';
import { inertLine } from '../../../ui/inert.ts';
import { Loaded } from '../../../ui/loaded.tsx';
import { ReasonDialog } from '../../../ui/reason-dialog.tsx';
import { Section } from '../../../ui/section.tsx';
import { toast } from '../../../ui/toast-store.ts';
import { ActDialog } from '../acts/act-dialog.tsx';
import { ActLines, type Verb } from '../acts/act-row.tsx';
import { type Act, approveAct, type Incident, listActs, refuseAct, revertAct, waiveAct } from '../contract.ts';
import { liveEvents, touched } from './incident-words.tsx';

export type Decision = { readonly act: Act; readonly verb: Verb };
const decisions = {
  approve: { title: 'Approve', done: 'Approved', endpoint: approveAct },
  refuse: { title: 'Do not approve', done: 'Not approved', endpoint: refuseAct },
  revert: { title: 'Take back', done: 'Taken back', endpoint: revertAct },
  waive: { title: 'Do not wait for it', done: 'Not waited for', endpoint: waiveAct },
} as const;

/** As many as an answer holds; the command line and the interface give the older ones. */
const mostShown = 500;
function noteOf(total: number): string | undefined {
  if (total === 0) return undefined;
  return total > mostShown ? `the newest ${mostShown} of ${plural(total, 'act')}` : plural(total, 'act');
}

export function Acts({ incident }: { incident: Incident }) {
  const { can } = useSession();
  const answer = useEndpoint(listActs, { incident_id: incident.id, limit: mostShown }, { live: liveEvents });
  const [decision, setDecision] = useState<Decision | null>(null);
  const [asking, setAsking] = useState(false);
  const mayAct = can('incidents:update');
  const total = answer.data?.total ?? 0;
  return (
    <Section
      title="What is done"
      note={noteOf(total)}
      aside={
        mayAct ? (
          <Button size="small" onClick={() => setAsking(true)}>
            Do something
          </Button>
        ) : undefined
      }
    >
      <Loaded answer={answer} lines={3} empty={<p className="text-ink-2">Nothing yet.</p>}>
        {({ items }) => <ActLines acts={items} onDecide={mayAct ? (act, verb) => setDecision({ act, verb }) : null} />}
      </Loaded>
      {decision !== null && <DecisionDialog decision={decision} incidentId={incident.id} onClose={() => setDecision(null)} />}
      {asking && <ActDialog incident={incident} onClose={() => setAsking(false)} />}
    </Section>
  );
}

export function DecisionDialog({
  decision: { act, verb },
  incidentId,
  onClose,
}: {
  decision: Decision;
  incidentId: string;
  onClose: () => void;
}) {
  const { title, done, endpoint } = decisions[verb];
  const change = useChange(endpoint, {
    invalidates: touched,
    onDone: () => {
      toast({ text: `${done}: ${inertLine(act.title)}` });
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
