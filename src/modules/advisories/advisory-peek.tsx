/** One advisory beside the list: what it says, what it affects, and which stored components it speaks about. */
import { useEndpoint } from '../../client/use-endpoint.ts';
import { TextLink } from '../../ui/button.tsx';
import { FieldList } from '../../ui/field-list.tsx';
import { formatNumber, plural } from '../../ui/format.ts';
import { inertLine } from '../../ui/inert.ts';
import { InertText } from '../../ui/inert-text.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Peek, type PeekProps } from '../../ui/peek.tsx';
import { FullTime } from '../../ui/relative-time.tsx';
import { Section } from '../../ui/section.tsx';
import { SeverityChip } from '../../ui/severity.tsx';
import { Shape } from '../../ui/shape.tsx';
import { Badge } from '../../ui/tag.tsx';
import { EpssFigure, KevBadge } from './advisory-words.tsx';
import { type AdvisoryMatch, getAdvisory, listMatches } from './contract.ts';

type AdvisoryPeekProps = Pick<PeekProps, 'place' | 'onPrevious' | 'onNext' | 'onClose'> & { id: string };
type Detail = typeof getAdvisory.output._zod.output;

export function AdvisoryPeek({ id, ...frame }: AdvisoryPeekProps) {
  const answer = useEndpoint(getAdvisory, { id }, { live: ['advisories.'] });
  const advisory = answer.data;
  return (
    <Peek
      recordId={id}
      name={advisory?.shownId ?? id}
      title={advisory === undefined ? 'Advisory' : inertLine(advisory.summary === '' ? advisory.id : advisory.summary)}
      facts={
        advisory && (
          <>
            {advisory.severity === null ? (
              <span className="inline-flex items-center gap-1.5 text-unknown-ink">
                <Shape name="unknown" tone="unknown" /> Severity unknown
              </span>
            ) : (
              <SeverityChip severity={advisory.severity} />
            )}
            {advisory.withdrawn && <Badge>Withdrawn</Badge>}
            {advisory.malicious && <Badge tone="critical">Malicious package</Badge>}
            <KevBadge {...advisory} />
          </>
        )
      }
      {...frame}
    >
      <Loaded answer={answer} waitsFor="the advisory">
        {(detail: Detail) => (
          <>
            <Section title="In this inventory" inset="peek">
              <Components advisory={detail} />
            </Section>
            <Section title="What it says" inset="peek">
              <Facts advisory={detail} />
            </Section>
            <Section title="Affected versions" inset="peek">
              <Affected advisory={detail} />
            </Section>
          </>
        )}
      </Loaded>
    </Peek>
  );
}

function Facts({ advisory }: { advisory: Detail }) {
  return (
    <FieldList
      labelWidth={96}
      fields={[
        { label: 'Ids', value: inertLine([advisory.id, ...advisory.aliases].join(', ')) },
        { label: 'CVSS', value: advisory.cvssScore?.toFixed(1) ?? null, reason: 'the advisory has no vector' },
        {
          label: 'Vector',
          value: advisory.cvssVector === null ? null : <span className="font-mono text-label break-all">{advisory.cvssVector}</span>,
        },
        { label: 'EPSS', value: <EpssFigure {...advisory} /> },
        {
          label: 'Exploited',
          value: advisory.kev === null ? null : advisory.kev ? 'yes, listed in KEV' : 'not listed in KEV',
          reason: 'no catalogue, or no CVE',
        },
        { label: 'CWE', value: advisory.cwes.length === 0 ? null : advisory.cwes.join(', ') },
        { label: 'Changed', value: <FullTime at={advisory.modified} /> },
      ]}
    />
  );
}

function Affected({ advisory: { affected, withdrawn } }: { advisory: Detail }) {
  if (withdrawn) return <p className="text-ink-2">It was withdrawn: it affects nothing.</p>;
  if (affected.length === 0) return <p className="text-ink-2">No package of an ecosystem that is compared here.</p>;
  return (
    <ul className="grid gap-2">
      {affected.map(({ ecosystem, name, spans, versions, versionsLeftOut }) => (
        <li key={`${ecosystem} ${name}`}>
          <span className="font-name">{inertLine(name)}</span> <span className="text-ink-3">{ecosystem}</span>
          <div className="text-ink-2">
            <InertText text={spans.length > 0 ? spans.join('; ') : versions.slice(0, 12).join(', ')} limit={400} />
            {spans.length === 0 &&
              versionsLeftOut + versions.length > 12 &&
              ` and ${formatNumber(versionsLeftOut + versions.length - 12)} more`}
          </div>
        </li>
      ))}
    </ul>
  );
}

const stateWords: Readonly<Record<AdvisoryMatch['state'], string>> = {
  affected: 'affected',
  possible: 'may be affected',
  open: 'allows affected versions, and fixed ones',
  unknown: 'version cannot be compared',
};

function Components({ advisory }: { advisory: Detail }) {
  const answer = useEndpoint(listMatches, { advisory: advisory.id, limit: 50 }, { live: ['advisories.'] });
  return (
    <Loaded
      answer={answer}
      lines={2}
      empty={<p className="text-ink-2">No stored component. Only what scans saw in manifests and lock files is stored.</p>}
    >
      {({ items, total }) => (
        <>
          <ul className="grid gap-2">
            {items.map((match) => (
              <li key={match.id}>
                <span className="font-name">{inertLine(`${match.name} ${match.version ?? match.requirement ?? ''}`)}</span>{' '}
                <span className="text-ink-2">
                  {stateWords[match.state]}
                  {match.fixed !== null && `, fixed in ${inertLine(match.fixed)}`}
                </span>
                <div className="text-label text-ink-3">
                  {match.assetId === null ? (
                    <InertText text={match.path} limit={120} />
                  ) : (
                    <TextLink to={`/ai-assets/${match.assetId}`}>{inertLine(match.path)}</TextLink>
                  )}
                </div>
              </li>
            ))}
          </ul>
          {total > items.length && <p className="mt-2 text-ink-3">{plural(total - items.length, 'more component')}</p>}
          <p className="mt-2">
            <TextLink to={`/vulnerabilities?q=${encodeURIComponent(advisory.shownId)}`}>Vulnerabilities recorded for it</TextLink>
          </p>
        </>
      )}
    </Loaded>
  );
}
