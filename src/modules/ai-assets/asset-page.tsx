/** One asset: verdict beside its risk, lineage, what is wrong, scans, facts with their marks, what happened. */
import { Pencil } from 'lucide-react';
import { useState } from 'react';
import { useSession } from '../../client/session.ts';
import { useChange } from '../../client/use-change.ts';
import { useEndpoint } from '../../client/use-endpoint.ts';
import { Person } from '../../ui/avatar.tsx';
import { Button, ButtonLink, TextLink } from '../../ui/button.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { definePage } from '../../ui/define-page.ts';
import { plural } from '../../ui/format.ts';
import { InertText } from '../../ui/inert-text.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Menu } from '../../ui/menu.tsx';
import { Screen } from '../../ui/screen.tsx';
import { Columns, Section } from '../../ui/section.tsx';
import { toast } from '../../ui/toast-store.ts';
import { AssetFields, Differences } from './asset-fields.tsx';
import { AssetHistory } from './asset-history.tsx';
import { Sightings } from './asset-peek.tsx';
import { AssetScans, AssetVerdict, AssetVulnerabilities, TrainingData } from './asset-state.tsx';
import { LifecycleBadge, RiskChip, TypeTag, typeWords } from './asset-words.tsx';
import { type AssetDetail, getAsset, restoreAsset, retireAsset } from './contract.ts';
import { DepartmentNote, useDepartmentReason } from './department-reason.tsx';
import { Dependencies, LineageRow } from './lineage/asset-lineage.tsx';
import { LinkDialog } from './lineage/link-dialog.tsx';
import { ClaimDialog } from './observing/claim-dialog.tsx';

function AssetPage({ params }: { params: Readonly<Record<string, string>> }) {
  const id = params['id'] ?? '';
  const answer = useEndpoint(getAsset, { id }, { live: ['asset.', 'risk.'] });
  const asset = answer.data;
  const Icon = asset ? typeWords[asset.type].icon : null;
  return (
    <Screen
      title={asset?.name ?? 'Asset'}
      path={[{ label: 'Assets', to: '/ai-assets' }]}
      lead={Icon && <Icon size={20} aria-hidden="true" />}
      facts={asset && <Facts asset={asset} />}
      actions={asset && <AssetActions asset={asset} />}
      ready={asset !== undefined}
    >
      <Loaded answer={answer} waitsFor="the asset">
        {(loaded) => <AssetSections asset={loaded} />}
      </Loaded>
    </Screen>
  );
}

function Facts({ asset }: { asset: AssetDetail }) {
  return (
    <>
      <RiskChip asset={asset} />
      <TypeTag type={asset.type} />
      <LifecycleBadge asset={asset} />
      {asset.environment === null ? <span className="text-ink-3">environment unknown</span> : <span>{asset.environment}</span>}
      <Person name={asset.owner} note={asset.department ?? undefined} />
      <span className="inline-flex items-center gap-1 text-ink-3">
        <span className="mono text-mark">{asset.id.slice(0, 13)}</span>
        <CopyButton text={asset.id} label="Copy the id" />
      </span>
    </>
  );
}

function AssetActions({ asset }: { asset: AssetDetail }) {
  const { can } = useSession();
  const [isClaiming, setClaiming] = useState(false);
  const [isRetiring, setRetiring] = useState(false);
  const restore = useChange(restoreAsset, { onDone: () => toast({ text: `Restored ${asset.name}` }) });
  const retire = useChange(retireAsset, {
    onDone: () => toast({ text: `Retired ${asset.name}`, undo: () => void restore.run({ id: asset.id }) }),
  });
  const refused = useDepartmentReason()(asset);
  const mayUpdate = can('ai-assets:update');
  if (asset.lifecycle === 'retired')
    return mayUpdate ? (
      <Button kind="primary" refused={refused} busy={restore.isRunning && 'Restoring…'} onClick={() => void restore.run({ id: asset.id })}>
        Restore
      </Button>
    ) : null;
  return (
    <>
      {asset.type === 'dataset' && can('data-quality:read') && <ButtonLink to={`/data-quality/tables/${asset.id}`}>Data</ButtonLink>}
      {can('model-scanner:read') && <ButtonLink to={`/ai-assets/${asset.id}/bom`}>Bill of materials</ButtonLink>}
      {mayUpdate &&
        (refused === undefined ? (
          <ButtonLink to={`/ai-assets/${asset.id}/edit`} icon={Pencil}>
            Edit
          </ButtonLink>
        ) : (
          <Button icon={Pencil} refused={refused}>
            Edit
          </Button>
        ))}
      {mayUpdate && asset.lifecycle === 'proposed' && (
        <Button kind="primary" refused={refused} onClick={() => setClaiming(true)}>
          Claim
        </Button>
      )}
      {can('ai-assets:delete') && (
        <Menu trigger={<Button>More</Button>} items={[{ label: 'Retire…', run: () => setRetiring(true), destructive: true }]} />
      )}
      {isClaiming && <ClaimDialog ids={[asset.id]} name={asset.name} onClose={() => setClaiming(false)} />}
      <Confirm
        open={isRetiring}
        onClose={() => setRetiring(false)}
        title={`Retire ${asset.name}`}
        effect="It leaves the inventory and the posture; its history stays, and it can be restored."
        verb="Retire"
        busy={retire.isRunning && 'Retiring…'}
        onConfirm={() => void retire.run({ id: asset.id, version: asset.version }).then(() => setRetiring(false))}
      />
    </>
  );
}

function AssetSections({ asset }: { asset: AssetDetail }) {
  const { can } = useSession();
  const [isLinking, setLinking] = useState(false);
  const refused = useDepartmentReason()(asset);
  return (
    <>
      {refused !== undefined && can('ai-assets:update') && (
        <div className="border-b border-line px-4 py-3 tablet:px-6">
          <DepartmentNote reason={refused} />
        </div>
      )}
      <AssetVerdict asset={asset} />
      <Section title="Lineage" note="as of now" band>
        <LineageRow id={asset.id} />
      </Section>
      <Columns tracks="3fr 2fr">
        <div>
          <AssetVulnerabilities asset={asset} />
          <AssetScans asset={asset} />
          <Section title="Dependencies" note={plural(asset.dependencies.length, 'link')}>
            <Dependencies asset={asset} onAdd={() => setLinking(true)} />
          </Section>
          <Section title="Where it was seen" note={plural(asset.sightings.length, 'place')}>
            <Sightings asset={asset} limit={20} />
          </Section>
        </div>
        <div>
          {asset.type === 'model' && <TrainingData asset={asset} />}
          {asset.description !== '' && (
            <Section title="About">
              <p className="max-w-prose whitespace-pre-line">
                <InertText text={asset.description} limit={4000} />
              </p>
            </Section>
          )}
          <Section title="Facts" note="each with how it is known">
            <AssetFields asset={asset} />
          </Section>
          {asset.differences.length > 0 && (
            <Section title="Stated and seen differ" note="the stated value is in force">
              <Differences asset={asset} />
            </Section>
          )}
          <Keys keys={asset.keys} />
          <Section
            title="What happened"
            aside={<TextLink to={`/audit-logs?resource=ai-assets&resource_id=${asset.id}`}>Audit log</TextLink>}
          >
            <AssetHistory id={asset.id} limit={10} />
          </Section>
        </div>
      </Columns>
      {isLinking && <LinkDialog asset={asset} onClose={() => setLinking(false)} />}
    </>
  );
}

function Keys({ keys }: { keys: readonly string[] }) {
  return (
    <Section title="Recognised by" note={plural(keys.length, 'key')}>
      {keys.length === 0 ? (
        <p className="text-ink-2">No key: sources cannot recognise it.</p>
      ) : (
        <ul className="grid gap-1">
          {keys.slice(0, 12).map((key) => (
            <li key={key} className="mono break-all text-code">
              <InertText text={key} limit={600} />
            </li>
          ))}
          {keys.length > 12 && <li className="text-ink-3">{plural(keys.length - 12, 'more key')}</li>}
        </ul>
      )}
    </Section>
  );
}

export default definePage({
  path: '/ai-assets/:id',
  title: 'Asset',
  permission: 'ai-assets:read',
  group: null,
  icon: 'boxes',
  order: 1,
  Page: AssetPage,
});
