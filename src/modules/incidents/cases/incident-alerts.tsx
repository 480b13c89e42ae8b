/** The alerts of an incident; some of them can be made a matter of their own. */
import { useState } from 'react';
import { useLocation } from 'wouter';
import { useSession } from '../../../client/session.ts';
import { useChange } from '../../../client/use-change.ts';
import { useEndpointPages } from '../../../client/use-endpoint-pages.ts';
import { Button, TextLink } from '../../../ui/button.tsx';
import { Checkbox } from '../../../ui/checkbox.tsx';
import { plural } from '../../../ui/format.ts';
import { inertLine } from '../../../ui/inert.ts';
import { Loaded } from '../../../ui/loaded.tsx';
import { RelativeTime } from '../../../ui/relative-time.tsx';
import { Section } from '../../../ui/section.tsx';
import { SeverityShape } from '../../../ui/severity.tsx';
import { toast } from '../../../ui/toast-store.ts';
import { listAlerts, type SecurityAlert } from '../../security-alerts/contract.ts';
import { type Incident, splitIncident } from '../contract.ts';
import { liveEvents, touched } from './incident-words.tsx';

export function Alerts({ incident }: { incident: Incident }) {
  const { can } = useSession();
  const list = useEndpointPages(
    listAlerts,
    { incident_id: incident.id, limit: 50 },
    { live: liveEvents, enabled: can('security-alerts:read') },
  );
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [, go] = useLocation();
  const split = useChange(splitIncident, {
    invalidates: touched,
    onDone: ({ id, number }) => {
      toast({ text: `Split off as INC-${number}` });
      go(`/incidents/${id}`);
    },
    onRefused: (problem) => toast({ text: problem.message }),
  });
  const maySplit = can('incidents:update') && incident.mergedInto === null && list.rows.length > 1;
  const toggle = (id: string): void => setChosen((before) => (before.includes(id) ? before.filter((one) => one !== id) : [...before, id]));
  return (
    <Section
      title="Alerts"
      note={list.total === undefined || list.total === 0 ? undefined : plural(list.total, 'alert')}
      aside={
        chosen.length > 0 ? (
          <Button
            size="small"
            busy={split.isRunning && 'Splitting…'}
            onClick={() => void split.run({ id: incident.id, alertIds: [...chosen] })}
          >
            Split {chosen.length} off
          </Button>
        ) : undefined
      }
    >
      <Loaded answer={list} lines={2} empty={<p className="text-ink-2">None: a person opened it.</p>}>
        {(alerts) => (
          <ul>
            {alerts.map((alert) => (
              <AlertLine key={alert.id} alert={alert} isChosen={chosen.includes(alert.id)} onToggle={maySplit ? toggle : null} />
            ))}
          </ul>
        )}
      </Loaded>
      {list.hasMore && (
        <Button size="small" busy={list.isLoadingMore && 'Loading…'} onClick={list.loadMore}>
          More
        </Button>
      )}
    </Section>
  );
}

type LineProps = { alert: SecurityAlert; isChosen: boolean; onToggle: ((id: string) => void) | null };
function AlertLine({ alert, isChosen, onToggle }: LineProps) {
  const title = inertLine(alert.title);
  return (
    <li className="flex min-h-9 items-center gap-3 border-b border-line py-1 last:border-b-0">
      {onToggle !== null && <Checkbox checked={isChosen} onChange={() => onToggle(alert.id)} label={`Choose ${title}`} />}
      <SeverityShape severity={alert.severity} />
      <span className="min-w-0 flex-1">
        <TextLink to={`/security-alerts?peek=${alert.id}&state=new,acknowledged,closed`}>{title}</TextLink>
        {alert.count > 1 && <span className="text-ink-3"> {alert.count} times</span>}
      </span>
      <span className="flex-none text-ink-3">
        <RelativeTime at={alert.lastAt} form="age" />
      </span>
    </li>
  );
}
