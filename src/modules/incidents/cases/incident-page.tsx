/** One incident: what we know, what is done, what comes next, and everything that happened. */
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { TextLink } from '../../../ui/button.tsx';
import { definePage } from '../../../ui/define-page.ts';
import { FieldList } from '../../../ui/field-list.tsx';
import { inertLine } from '../../../ui/inert.ts';
import { InertText } from '../../../ui/inert-text.tsx';
import { Loaded } from '../../../ui/loaded.tsx';
import { RelativeTime } from '../../../ui/relative-time.tsx';
import { Screen } from '../../../ui/screen.tsx';
import { Columns, Section } from '../../../ui/section.tsx';
import { SeverityChip } from '../../../ui/severity.tsx';
import { formatDuration } from '../../../ui/time.ts';
import { getIncident, type Incident, listQuarantines } from '../contract.ts';
import { Acts } from './incident-acts.tsx';
import { Alerts } from './incident-alerts.tsx';
import { NextAction } from './incident-next.tsx';
import { Runs } from './incident-runs.tsx';
import { Trail } from './incident-trail.tsx';
import { CountdownWords, categoryWords, IncidentStateBadge, liveEvents, QuarantineStateBadge, sourceWords } from './incident-words.tsx';

type Detail = Incident & { countdowns: { kind: string; level: number; dueAt: string }[] };

function IncidentPage({ params }: { params: Readonly<Record<string, string | undefined>> }) {
  const id = params['id'] ?? '';
  const answer = useEndpoint(getIncident, { id }, { live: liveEvents });
  const row = answer.data;
  return (
    <Screen
      title={row === undefined ? 'Incident' : inertLine(row.title)}
      shortTitle={row === undefined ? 'Incident' : `INC-${row.number}`}
      path={[{ label: 'Incidents', to: '/incidents' }]}
      facts={row && <Facts incident={row} />}
      ready={row !== undefined}
    >
      <Loaded answer={answer} waitsFor="the incident" lines={8}>
        {(incident: Detail) => <Body incident={incident} />}
      </Loaded>
    </Screen>
  );
}

function Facts({ incident }: { incident: Detail }) {
  const escalation = incident.countdowns.find(({ kind }) => kind === 'escalate');
  return (
    <>
      <SeverityChip severity={incident.severity} />
      <IncidentStateBadge state={incident.state} />
      <span className="text-ink-2 tabular-nums">INC-{incident.number}</span>
      {escalation !== undefined && (
        <span className="text-ink-2">
          level {escalation.level} is called <CountdownWords dueAt={escalation.dueAt} />
        </span>
      )}
      {incident.reopenCount > 0 && <span className="text-ink-2">reopened {incident.reopenCount} times</span>}
    </>
  );
}

function Body({ incident }: { incident: Detail }) {
  return (
    <>
      {/* Two rows: on a phone the next action follows what we know, and does not wait behind all that was done. */}
      <Columns tracks="3fr 2fr">
        <Section title="What we know">
          {incident.summary !== '' && <InertText className="break-words" text={incident.summary} />}
          <Affected incident={incident} />
        </Section>
        <div>
          <NextAction incident={incident} />
        </div>
      </Columns>
      <Columns tracks="3fr 2fr">
        <div>
          <Acts incident={incident} />
          <Runs incident={incident} />
          <Alerts incident={incident} />
        </div>
        <div>
          <Containment incident={incident} />
          <Times incident={incident} />
          {incident.rootCause !== '' && (
            <Section title="Root cause">
              <InertText className="break-words" text={incident.rootCause} />
            </Section>
          )}
          <Trail incident={incident} />
        </div>
      </Columns>
    </>
  );
}

function Affected({ incident }: { incident: Incident }) {
  const asset =
    incident.assetId === null ? (
      <span className="text-ink-3">none: no alert names one</span>
    ) : (
      <TextLink to={`/ai-assets/${incident.assetId}`}>{inertLine(incident.assetName ?? 'asset')}</TextLink>
    );
  return (
    <div className="mt-2">
      <FieldList
        labelWidth={96}
        fields={[
          { label: 'Kind', value: categoryWords(incident.category) },
          { label: 'Asset', value: asset },
          { label: 'Source', value: sourceWords(incident.source) },
          { label: 'Opened by', value: incident.openedBy.name },
          ...(incident.reason === '' ? [] : [{ label: 'Last reason', value: <InertText text={incident.reason} /> }]),
        ]}
      />
    </div>
  );
}

/** Quarantines of the incident, with who has not answered. Said also when there is none: left out, it could as well be unknown. */
function Containment({ incident }: { incident: Incident }) {
  const answer = useEndpoint(listQuarantines, { incident_id: incident.id, limit: 20 }, { live: liveEvents });
  return (
    <Section title="Quarantine" aside={<TextLink to="/incidents/quarantine">All quarantines</TextLink>}>
      <Loaded answer={answer} lines={1} waitsFor="the quarantines" empty={<p className="text-ink-2">Nothing was quarantined for it.</p>}>
        {({ items }) => (
          <ul>
            {items.map((one) => (
              <li key={one.id} className="flex flex-wrap items-center gap-2 border-b border-line py-1.5 last:border-b-0">
                <QuarantineStateBadge state={one.state} />
                <TextLink to={`/incidents/quarantine?peek=${one.id}`}>{inertLine(one.assetName)}</TextLink>
                {one.state === 'executing' && <CountdownWords dueAt={one.deadlineAt} />}
                <span className="text-ink-2">
                  {one.points.filter(({ state }) => state === 'confirmed').length} of{' '}
                  {one.points.filter(({ state }) => state !== 'advised').length} points
                </span>
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </Section>
  );
}

function Times({ incident }: { incident: Detail }) {
  const at = (moment: string | null) => <RelativeTime at={moment} never="not yet" />;
  const since = incident.acknowledgedAt === null ? null : Date.parse(incident.acknowledgedAt) - Date.parse(incident.openedAt);
  const closing = incident.countdowns.find(({ kind }) => kind === 'incident-close');
  return (
    <Section title="Times">
      <FieldList
        labelWidth={112}
        fields={[
          { label: 'Opened', value: at(incident.openedAt) },
          {
            label: 'Acknowledged',
            value: since === null ? at(null) : `after ${formatDuration(since)}, by ${incident.acknowledgedByName ?? 'somebody'}`,
          },
          { label: 'Contained', value: at(incident.containedAt) },
          { label: 'Resolved', value: at(incident.resolvedAt) },
          ...(closing === undefined ? [] : [{ label: 'Closes', value: <CountdownWords dueAt={closing.dueAt} /> }]),
          ...(incident.digest === null
            ? []
            : [{ label: 'Timeline seal', value: <span className="mono text-code break-all">{incident.digest}</span> }]),
        ]}
      />
    </Section>
  );
}

export default definePage({
  path: '/incidents/:id',
  title: 'Incident',
  permission: 'incidents:read',
  group: null,
  icon: 'siren',
  order: 2,
  Page: IncidentPage,
});
