/** The inventory: proposed assets first, because someone must decide about them, then by risk. */

import { Download, Plus, Upload } from 'lucide-react';
import { useMemo, useState } from 'react';
import { useLocation } from 'wouter';
import { linkTo } from '../../client/request.ts';
import { useSession } from '../../client/session.ts';
import { type EndpointPages, useEndpointPages } from '../../client/use-endpoint-pages.ts';
import { Person } from '../../ui/avatar.tsx';
import { BulkBar } from '../../ui/bulk-bar.tsx';
import { Button, ButtonLink } from '../../ui/button.tsx';
import { definePage } from '../../ui/define-page.ts';
import type { FilterField } from '../../ui/filter.ts';
import { ListRows, ListScreen } from '../../ui/list-screen.tsx';
import { EmptyNote } from '../../ui/loaded.tsx';
import { Menu } from '../../ui/menu.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { OutcomeWord } from '../../ui/severity.tsx';
import { TwoLines } from '../../ui/table-body.tsx';
import type { Column } from '../../ui/table-column.ts';
import { PhoneRow } from '../../ui/table-phone.tsx';
import { Unknown } from '../../ui/tag.tsx';
import { type ListFilters, useAskedFilters } from '../../ui/use-asked-filters.ts';
import { type PeekState, usePeek } from '../../ui/use-peek.ts';
import { AssetPeek } from './asset-peek.tsx';
import { LifecycleBadge, lifecycleWords, RiskFigure, RiskShape, secondLine, TypeTag, typeWords } from './asset-words.tsx';
import { type Asset, type AssetFilter, assetTypes, criticalities, environments, exportAssets, lifecycles, listAssets } from './contract.ts';
import { useDepartmentReason, useRegisterReason } from './department-reason.tsx';
import { ImportDialog } from './imports/import-dialog.tsx';
import { ClaimDialog } from './observing/claim-dialog.tsx';

const choices = (values: readonly string[]) => values.map((value) => ({ value, label: value }));
const fields: FilterField[] = [
  { key: 'asset_type', label: 'type', kind: 'choice', choices: assetTypes.map((value) => ({ value, label: typeWords[value].word })) },
  { key: 'environment', label: 'environment', kind: 'choice', choices: choices([...environments, 'unknown']) },
  { key: 'risk', label: 'risk', kind: 'choice', choices: choices(['critical', 'high', 'medium', 'low', 'unknown']) },
  {
    key: 'lifecycle',
    label: 'lifecycle',
    kind: 'choice',
    choices: lifecycles.map((value) => ({ value, label: lifecycleWords[value].toLowerCase() })),
  },
  { key: 'criticality', label: 'impact', kind: 'choice', choices: choices([...criticalities, 'unknown']) },
  { key: 'owner', label: 'owner', kind: 'text' },
  { key: 'tag', label: 'tag', kind: 'text' },
  { key: 'source', label: 'source', kind: 'text' },
  {
    key: 'missing',
    label: 'no longer seen',
    kind: 'choice',
    choices: [
      { value: 'true', label: 'yes' },
      { value: 'false', label: 'no' },
    ],
  },
];
const byId = (asset: Asset): string => asset.id;
const byName = (asset: Asset): string => asset.name;
const placeOf = (asset: Asset): string => `/ai-assets/${asset.id}`;

type Claiming = { readonly ids: readonly string[]; readonly name?: string };

function AssetsPage() {
  const filters = useAskedFilters(fields, listAssets.input);
  const filter: AssetFilter = filters.asked;
  const list = useEndpointPages(listAssets, { limit: 50, sort: 'attention', ...filters.asked }, { live: ['asset.', 'risk.'] });
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [claiming, setClaiming] = useState<Claiming | null>(null);
  const [isImporting, setImporting] = useState(false);
  const peek = usePeek(list);
  return (
    <ListScreen
      title="Assets"
      actions={<PageActions filter={filter} onImport={() => setImporting(true)} />}
      list={list}
      filters={filters}
      placeholder="Name, owner, tag or key"
      order="Proposed first, then highest risk"
      peek={
        peek.id === null ? null : <AssetPeek id={peek.id} {...peek.placing} onClaim={({ id, name }) => setClaiming({ ids: [id], name })} />
      }
    >
      <AssetTable list={list} filters={filters} selected={selected} onSelect={setSelected} onClaim={setClaiming} peek={peek} />
      <BulkBar selected={selected.size} total={undefined} onClear={() => setSelected(new Set())}>
        <Button kind="primary" onClick={() => setClaiming({ ids: [...selected] })}>
          Claim
        </Button>
      </BulkBar>
      {claiming !== null && (
        <ClaimDialog ids={claiming.ids} name={claiming.name} onClose={() => setClaiming(null)} onClaimed={() => setSelected(new Set())} />
      )}
      <ImportDialog open={isImporting} onClose={() => setImporting(false)} />
    </ListScreen>
  );
}

type AssetPages = EndpointPages<Asset>;
type Claim = (claiming: Claiming) => void;

type AssetTableProps = {
  list: AssetPages;
  filters: ListFilters;
  selected: ReadonlySet<string>;
  onSelect: (ids: ReadonlySet<string>) => void;
  onClaim: Claim;
  peek: PeekState<Asset>;
};

function AssetTable({ list, filters, selected, onSelect, onClaim, peek }: AssetTableProps) {
  const { can } = useSession();
  const [, go] = useLocation();
  const mayClaim = can('ai-assets:update');
  const refusalOf = useDepartmentReason();
  const columns = useMemo(
    () => columnsFor(mayClaim ? { start: ({ id, name }) => onClaim({ ids: [id], name }), refusalOf } : null),
    [mayClaim, onClaim, refusalOf],
  );
  const proposed = useMemo(
    () => new Set(list.rows.filter((row) => row.lifecycle === 'proposed' && refusalOf(row) === undefined).map(({ id }) => id)),
    [list.rows, refusalOf],
  );
  const claim = (row: Asset) => mayClaim && proposed.has(row.id) && onClaim({ ids: [row.id], name: row.name });
  return (
    <ListRows
      label="Assets"
      list={list}
      filters={filters}
      waitsFor="the inventory"
      noMatch="No asset matches"
      empty={<NoAssets />}
      rowId={byId}
      rowName={byName}
      rowTo={placeOf}
      columns={columns}
      viewKey="ai-assets"
      peek={peek}
      selection={mayClaim ? { ids: selected, onChange: onSelect, canSelect: (id) => proposed.has(id) } : undefined}
      rowKeys={[
        { keys: 'e', label: 'Claim', run: claim },
        { keys: 'f', label: 'Full page', run: (row) => go(placeOf(row)) },
      ]}
      phone={(row) => <AssetPhoneRow asset={row} />}
    />
  );
}

function PageActions({ filter, onImport }: { filter: AssetFilter; onImport: () => void }) {
  const { can } = useSession();
  const refused = useRegisterReason();
  const download = (format: 'csv' | 'json') => window.location.assign(linkTo(exportAssets, { ...filter, format }));
  return (
    <>
      <Menu
        trigger={<Button icon={Download}>Export</Button>}
        items={[
          { label: 'CSV', note: 'for spreadsheets', run: () => download('csv') },
          { label: 'JSON', note: 'for machines', run: () => download('json') },
        ]}
      />
      {can('ai-assets:create') && (
        <>
          <Button icon={Upload} refused={refused} onClick={onImport}>
            Import
          </Button>
          {refused === undefined ? (
            <ButtonLink to="/ai-assets/new" kind="primary" icon={Plus}>
              Register
            </ButtonLink>
          ) : (
            <Button icon={Plus} refused={refused}>
              Register
            </Button>
          )}
        </>
      )}
    </>
  );
}

function NoAssets() {
  const { can } = useSession();
  return (
    <EmptyNote
      title="No assets yet"
      actions={can('discovery:create') ? <ButtonLink to="/discovery">Discover a folder</ButtonLink> : undefined}
    >
      Models, data sets, agents and what they call appear here: found by a discovery, imported from a file, or registered by hand.
    </EmptyNote>
  );
}

type Claims = { readonly start: (asset: Asset) => void; readonly refusalOf: (asset: Asset) => string | undefined };

function columnsFor(claims: Claims | null): Column<Asset>[] {
  return [
    { id: 'state', head: 'Risk', headHidden: true, width: 34, cell: (asset) => <RiskShape asset={asset} /> },
    { id: 'name', head: 'Name', primary: true, cell: (asset) => <TwoLines title={asset.name} second={secondLine(asset)} /> },
    { id: 'risk', head: 'Risk', width: 84, align: 'right', cell: (asset) => <RiskFigure asset={asset} /> },
    { id: 'type', head: 'Type', width: 120, hideUnder: 600, cell: ({ type }) => <TypeTag type={type} /> },
    { id: 'lifecycle', head: 'State', width: 128, hideUnder: 820, cell: (asset) => <LifecycleBadge asset={asset} /> },
    { id: 'environment', head: 'Environment', width: 116, hideUnder: 960, cell: ({ environment }) => environment ?? <Unknown /> },
    { id: 'owner', head: 'Owner', width: 150, hideUnder: 480, cell: (asset) => <OwnerCell asset={asset} claims={claims} /> },
    {
      id: 'compliance',
      head: 'Compliance',
      width: 124,
      hideUnder: 1080,
      cell: ({ complianceStatus }) => <OutcomeWord outcome={outcomes[complianceStatus]} />,
    },
    {
      id: 'seen',
      head: 'Last seen',
      width: 124,
      align: 'right',
      hideUnder: 820,
      cell: ({ lastSeen }) => <RelativeTime at={lastSeen} form="age" never="by no machine" />,
    },
  ];
}
const outcomes = { compliant: 'met', partly: 'partly', not_compliant: 'not-met', unknown: 'not-assessed' } as const;

function OwnerCell({ asset, claims }: { asset: Asset; claims: Claims | null }) {
  if (asset.lifecycle === 'proposed' && claims !== null)
    return (
      <Button size="small" refused={claims.refusalOf(asset)} onClick={() => claims.start(asset)}>
        Claim
      </Button>
    );
  return <Person name={asset.owner} />;
}

function AssetPhoneRow({ asset }: { asset: Asset }) {
  return (
    <PhoneRow
      shape={<RiskShape asset={asset} />}
      title={asset.name}
      to={placeOf(asset)}
      figure={<RiskFigure asset={asset} />}
      reason={`${typeWords[asset.type].word}, ${asset.environment ?? 'environment unknown'}`}
      owner={<Person name={asset.owner} />}
      due={<LifecycleBadge asset={asset} />}
    />
  );
}

export default definePage({
  path: '/ai-assets',
  title: 'Assets',
  permission: 'ai-assets:read',
  group: 'Inventory',
  icon: 'boxes',
  order: 1,
  Page: AssetsPage,
});
