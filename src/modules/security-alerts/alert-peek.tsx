/** One alert beside the feed, in the reading order. */
import { useSession } from '../../client/session.ts';
import { useEndpoint } from '../../client/use-endpoint.ts';
import { Person } from '../../ui/avatar.tsx';
import { Button, ButtonLink, TextLink } from '../../ui/button.tsx';
import { Evidence } from '../../ui/evidence.tsx';
import { inertLine } from '../../ui/inert.ts';
import { InertText } from '../../ui/inert-text.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Peek, type PeekProps } from '../../ui/peek.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Section } from '../../ui/section.tsx';
import { SeverityChip } from '../../ui/severity.tsx';
import { listFindingsOfVulnerability } from '../vulnerabilities/contract.ts';
import { causeWords, stateWords } from './alert-words.tsx';
import { getAlert, type SecurityAlert, sourceTitle } from './contract.ts';

type AlertPeekProps = Pick<PeekProps, 'place' | 'onPrevious' | 'onNext' | 'onClose'> & {
  id: string;
  onAcknowledge: (alert: SecurityAlert) => void;
  onEnd: (alert: SecurityAlert) => void;
  onAssign: (alert: SecurityAlert) => void;
};

export function AlertPeek({ id, onAcknowledge, onEnd, onAssign, ...frame }: AlertPeekProps) {
  const answer = useEndpoint(getAlert, { id }, { live: ['alert.'] });
  const alert = answer.data;
  return (
    <Peek
      recordId={id}
      name={id.slice(-12)}
      title={alert === undefined ? 'Alert' : inertLine(alert.title)}
      facts={
        alert && (
          <>
            <SeverityChip severity={alert.severity} />
            <span className="text-ink-2">{stateWords[alert.state]}</span>
          </>
        )
      }
      summary={alert && alert.description !== '' ? <InertText text={alert.description} /> : undefined}
      {...frame}
    >
      <Loaded answer={answer}>
        {(loaded: SecurityAlert) => <Sections alert={loaded} onAcknowledge={onAcknowledge} onEnd={onEnd} onAssign={onAssign} />}
      </Loaded>
    </Peek>
  );
}

type SectionsProps = { alert: SecurityAlert } & Pick<AlertPeekProps, 'onAcknowledge' | 'onEnd' | 'onAssign'>;
function Sections({ alert, onAcknowledge, onEnd, onAssign }: SectionsProps) {
  const { can } = useSession();
  const mayChange = can('security-alerts:update');
  return (
    <>
      <Section title="Why it matters" inset="peek">
        <p className="text-ink-2">
          Raised {alert.count === 1 ? 'once' : `${alert.count} times`}, first <RelativeTime at={alert.firstAt} />
          {alert.count > 1 && (
            <>
              , last <RelativeTime at={alert.lastAt} />
            </>
          )}{' '}
          by {inertLine(sourceTitle(alert.source), 80)}.
        </p>
        {alert.technique.length > 0 && <p className="mt-1 text-ink-2">Technique: {alert.technique.join(', ')} (MITRE ATLAS)</p>}
        {alert.detectedSeverity !== alert.severity && <p className="mt-1 text-ink-2">It was raised as {alert.detectedSeverity}.</p>}
        <Related alert={alert} />
      </Section>
      <Section title="Who looks at it" inset="peek">
        <div className="flex flex-wrap items-center gap-3">
          {alert.assigneeName === null && alert.acknowledgedByName === null ? (
            <span className="text-ink-2">Nobody yet.</span>
          ) : (
            <Person name={alert.assigneeName ?? alert.acknowledgedByName} />
          )}
          {mayChange && alert.state !== 'closed' && (
            <Button size="small" keys="e" onClick={() => onAssign(alert)}>
              Assign
            </Button>
          )}
        </div>
      </Section>
      <NextAction alert={alert} mayChange={mayChange} onAcknowledge={onAcknowledge} onEnd={onEnd} />
      <Section title="Evidence" inset="peek">
        {alert.assetId === null ? (
          <p className="text-ink-2">No asset was named.</p>
        ) : (
          <p>
            Asset <TextLink to={`/ai-assets/${alert.assetId}`}>{inertLine(alert.assetName ?? 'asset')}</TextLink>
          </p>
        )}
        <Given evidence={alert.evidence} />
        {can('notifications:read') && (
          <p className="mt-2">
            <TextLink to={`/notifications/deliveries?alert=${alert.id}`}>Who was told of it, and what became of each message</TextLink>
          </p>
        )}
        {alert.vulnerabilityId !== null && can('vulnerabilities:read') && <Behind id={alert.vulnerabilityId} />}
      </Section>
    </>
  );
}

type NextProps = Pick<SectionsProps, 'alert' | 'onAcknowledge' | 'onEnd'> & { mayChange: boolean };
function NextAction({ alert, mayChange, onAcknowledge, onEnd }: NextProps) {
  return (
    <Section title="Next action" inset="peek">
      {alert.state === 'closed' && (
        <p className="text-ink-2">
          Closed by {alert.closedByName}
          {alert.closeCause !== null && `: ${causeWords[alert.closeCause]}`}. {alert.note}
        </p>
      )}
      {!mayChange && alert.state !== 'closed' && (
        <p className="mb-2 text-ink-2 last:mb-0">
          {alert.state === 'new' ? 'Nobody has acknowledged it yet.' : `${alert.acknowledgedByName ?? 'Somebody'} looks at it.`}
        </p>
      )}
      <div className="flex flex-wrap gap-2 empty:hidden">
        {mayChange && alert.state === 'new' && (
          <Button kind="primary" keys="a" onClick={() => onAcknowledge(alert)}>
            Acknowledge
          </Button>
        )}
        {alert.incidentId !== null && <ButtonLink to={`/incidents/${alert.incidentId}`}>Open INC-{alert.incidentNumber}</ButtonLink>}
        {alert.vulnerabilityId !== null && (
          <ButtonLink to={`/vulnerabilities/${alert.vulnerabilityId}`}>Open {alert.vulnerabilityNumber}</ButtonLink>
        )}
        {mayChange && alert.state !== 'closed' && (
          <Button keys="s" onClick={() => onEnd(alert)}>
            Close
          </Button>
        )}
      </div>
    </Section>
  );
}

/** What was given with it, name by name. */
function Given({ evidence }: Pick<SecurityAlert, 'evidence'>) {
  const facts = Object.entries(evidence).filter(([, value]) => value !== null && value !== '');
  if (facts.length === 0) return null;
  return (
    <dl className="mt-2 grid gap-y-1">
      {facts.slice(0, 40).map(([name, value]) => (
        <div key={name} className="grid grid-cols-[8rem_1fr] gap-x-3">
          <dt className="truncate text-ink-2">{inertLine(name)}</dt>
          <dd className="mono min-w-0 text-code break-all">{inertLine(typeof value === 'string' ? value : JSON.stringify(value), 400)}</dd>
        </div>
      ))}
    </dl>
  );
}

function RelatedLink({ id }: { id: string }) {
  const { data } = useEndpoint(getAlert, { id });
  return (
    <TextLink to={`/security-alerts?peek=${id}&state=new,acknowledged,closed`}>
      {data === undefined ? 'another alert' : inertLine(data.title, 80)}
    </TextLink>
  );
}

/** Alerts that may be the same matter; each is opened in its place. */
function Related({ alert: { correlatedWith } }: { alert: SecurityAlert }) {
  if (correlatedWith.length === 0) return null;
  return (
    <p className="mt-1 text-ink-2">
      May be one matter with{' '}
      {correlatedWith.slice(0, 5).map((id, at) => (
        <span key={id}>
          {at > 0 && ', '}
          <RelatedLink id={id} />
        </span>
      ))}
      .
    </p>
  );
}

/** What the vulnerability behind it says. */
function Behind({ id }: { id: string }) {
  const answer = useEndpoint(listFindingsOfVulnerability, { id, limit: 1 });
  return (
    <Loaded answer={answer} lines={2} empty={<p className="mt-2 text-ink-2">No finding is left.</p>}>
      {({ items }) =>
        items.map((finding) => (
          <div key={finding.id} className="mt-2 grid grid-cols-1 gap-2">
            <InertText className="mono break-all text-label text-ink-2" text={finding.place} />
            <Evidence facts={{ decompiled: finding.evidence }} />
            <p className="text-ink-2">
              <InertText text={finding.why} />
            </p>
          </div>
        ))
      }
    </Loaded>
  );
}
