/** One asset beside the list, in the reading order: what is wrong, why it matters, who owns it, next action, evidence. */
import { useSession } from '../../client/session.ts';
import { useEndpoint } from '../../client/use-endpoint.ts';
import { Person } from '../../ui/avatar.tsx';
import { Button, ButtonLink, TextLink } from '../../ui/button.tsx';
import { FieldList } from '../../ui/field-list.tsx';
import { formatNumber, plural } from '../../ui/format.ts';
import { InertText } from '../../ui/inert-text.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Mark } from '../../ui/mark.tsx';
import { Peek, type PeekProps } from '../../ui/peek.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Section } from '../../ui/section.tsx';
import { SeverityShape } from '../../ui/severity.tsx';
import { listVulnerabilitiesOfAsset } from '../vulnerabilities/contract.ts';
import { criticalityWords, dataClassWords, LifecycleBadge, RiskChip, TypeTag } from './asset-words.tsx';
import { type AssetDetail, getAsset } from './contract.ts';
import { DepartmentNote, useDepartmentReason } from './department-reason.tsx';

type AssetPeekProps = Pick<PeekProps, 'place' | 'onPrevious' | 'onNext' | 'onClose'> & {
  id: string;
  onClaim: (asset: { id: string; name: string }) => void;
};

export function AssetPeek({ id, onClaim, ...frame }: AssetPeekProps) {
  const answer = useEndpoint(getAsset, { id }, { live: ['asset.', 'risk.'] });
  const asset = answer.data;
  return (
    <Peek
      recordId={id}
      name={id.slice(0, 13)}
      title={asset?.name ?? 'Asset'}
      to={`/ai-assets/${id}`}
      facts={
        asset && (
          <>
            <RiskChip asset={asset} />
            <TypeTag type={asset.type} />
            <LifecycleBadge asset={asset} />
          </>
        )
      }
      {...frame}
    >
      <Loaded answer={answer}>{(loaded) => <PeekSections asset={loaded} onClaim={onClaim} />}</Loaded>
    </Peek>
  );
}

function PeekSections({ asset, onClaim }: { asset: AssetDetail; onClaim: AssetPeekProps['onClaim'] }) {
  const { can } = useSession();
  const refused = useDepartmentReason()(asset);
  const mayClaim = asset.lifecycle === 'proposed' && can('ai-assets:update');
  return (
    <>
      <Section title="What is wrong" inset="peek">
        <OpenVulnerabilities id={asset.id} assessed={asset.risk !== null} />
      </Section>
      <Section title="Why it matters" inset="peek">
        <FieldList
          labelWidth={96}
          fields={[
            { label: 'Environment', value: asset.environment, reason: 'nobody said' },
            { label: 'Impact', value: asset.criticality === null ? null : criticalityWords[asset.criticality], reason: 'nobody said' },
            {
              label: 'Data',
              value: asset.dataClasses.length === 0 ? null : asset.dataClasses.map((one) => dataClassWords[one]).join(', '),
              reason: 'not classified',
            },
            { label: 'Used by', value: usedBy(asset) },
          ]}
        />
      </Section>
      <Section title="Who owns it" inset="peek">
        {asset.owner === null ? (
          <span className="text-ink-2">Nobody yet.</span>
        ) : (
          <Person name={asset.owner} note={asset.department ?? undefined} />
        )}
      </Section>
      <Section title="Next action" inset="peek">
        {mayClaim && refused !== undefined && (
          <div className="mb-2">
            <DepartmentNote reason={refused} />
          </div>
        )}
        <div className="flex flex-wrap gap-2">
          {mayClaim && refused === undefined && (
            <Button kind="primary" onClick={() => onClaim(asset)}>
              Claim
            </Button>
          )}
          <ButtonLink to={`/ai-assets/${asset.id}`}>Open the asset</ButtonLink>
        </div>
      </Section>
      <Section title="Evidence" note={plural(asset.sightings.length, 'place')} inset="peek">
        <Sightings asset={asset} limit={5} />
      </Section>
    </>
  );
}

function usedBy({ dependencies }: AssetDetail): string {
  const others = dependencies.filter(({ direction }) => direction === 'in');
  return others.length === 0
    ? 'nothing that is known'
    : others
        .slice(0, 4)
        .map(({ name }) => name)
        .join(', ');
}

function OpenVulnerabilities({ id, assessed }: { id: string; assessed: boolean }) {
  const { can } = useSession();
  const list = useEndpoint(
    listVulnerabilitiesOfAsset,
    { id, limit: 3 },
    { enabled: can('vulnerabilities:read'), live: ['vulnerability.'] },
  );
  if (!can('vulnerabilities:read')) return <p className="text-ink-2">Your role does not see vulnerabilities.</p>;
  return (
    <Loaded
      answer={list}
      lines={2}
      empty={<p className="text-ink-2">{assessed ? 'Nothing is open.' : 'Unknown: nothing has been assessed yet.'}</p>}
    >
      {({ items, total }) => (
        <ul className="grid gap-1.5">
          {items.map((one) => (
            <li key={one.id} className="flex items-center gap-2">
              <SeverityShape severity={one.severity} />
              <TextLink to={`/vulnerabilities/${one.id}`}>{one.title}</TextLink>
            </li>
          ))}
          {total > items.length && <li className="text-ink-3">{formatNumber(total - items.length)} more</li>}
        </ul>
      )}
    </Loaded>
  );
}

/** Where machines saw it; what is gone is said so. */
export function Sightings({ asset, limit }: { asset: AssetDetail; limit: number }) {
  if (asset.sightings.length === 0)
    return (
      <p className="text-ink-2">
        No machine has seen it; a person stated it. <Mark mark="declared" />
      </p>
    );
  return (
    <ul className="grid gap-2">
      {asset.sightings.slice(0, limit).map(({ source, place, line, evidence, lastSeen, goneAt }) => (
        <li key={`${source} ${place}`} className="min-w-0">
          <div className="mono break-all text-code">
            <InertText text={line === null ? place : `${place}:${line}`} limit={600} />
          </div>
          {evidence !== '' && (
            <div className="text-label text-ink-2">
              <InertText text={evidence} limit={300} />
            </div>
          )}
          <div className="text-label text-ink-3">
            {source}, {goneAt === null ? 'seen' : 'gone since'} <RelativeTime at={goneAt ?? lastSeen} />
          </div>
        </li>
      ))}
      {asset.sightings.length > limit && <li className="text-ink-3">{plural(asset.sightings.length - limit, 'more place')}</li>}
    </ul>
  );
}
