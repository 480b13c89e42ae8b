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
import { getAlert, type SecurityAlert } from './contract.ts';

type AlertPeekProps = Pick<PeekProps, 'place' | 'onPrevious' | 'onNext' | 'onClose'> & {
  id: string;
  onAcknowledge: (alert: SecurityAlert) => void;
  onEnd: (alert: SecurityAlert) => void;
};

export function AlertPeek({ id, onAcknowledge, onEnd, ...frame }: AlertPeekProps) {
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
      <Loaded answer={answer}>{(loaded: SecurityAlert) => <Sections alert={loaded} onAcknowledge={onAcknowledge} onEnd={onEnd} />}</Loaded>
    </Peek>
  );
}

function Sections({ alert, onAcknowledge, onEnd }: { alert: SecurityAlert } & Pick<AlertPeekProps, 'onAcknowledge' | 'onEnd'>) {
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
          by {alert.source}.
        </p>
      </Section>
      <Section title="Who looks at it" inset="peek">
        {alert.acknowledgedByName === null ? <span className="text-ink-2">Nobody yet.</span> : <Person name={alert.acknowledgedByName} />}
      </Section>
      <Section title="Next action" inset="peek">
        {alert.state === 'closed' && (
          <p className="text-ink-2">
            Closed by {alert.closedByName}
            {alert.closeCause !== null && `: ${causeWords[alert.closeCause]}`}. {alert.note}
          </p>
        )}
        <div className="flex flex-wrap gap-2">
          {mayChange && alert.state === 'new' && (
            <Button kind="primary" keys="a" onClick={() => onAcknowledge(alert)}>
              Acknowledge
            </Button>
          )}
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
      <Section title="Evidence" inset="peek">
        {alert.assetId === null ? (
          <p className="text-ink-2">No asset was named.</p>
        ) : (
          <p>
            Asset <TextLink to={`/ai-assets/${alert.assetId}`}>{inertLine(alert.assetName ?? 'asset')}</TextLink>
          </p>
        )}
        {alert.vulnerabilityId !== null && can('vulnerabilities:read') && <Behind id={alert.vulnerabilityId} />}
      </Section>
    </>
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
