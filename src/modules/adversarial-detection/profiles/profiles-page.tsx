/** What is known to be normal for each model, and how far that can be trusted. */

import { useSession } from '../../../client/session.ts';
import { useEndpointPages } from '../../../client/use-endpoint-pages.ts';
import { definePage } from '../../../ui/define-page.ts';
import { formatNumber } from '../../../ui/format.ts';
import { inertLine } from '../../../ui/inert.ts';
import { ListRows, ListScreen } from '../../../ui/list-screen.tsx';
import { EmptyNote } from '../../../ui/loaded.tsx';
import { RelativeTime } from '../../../ui/relative-time.tsx';
import { Shape } from '../../../ui/shape.tsx';
import { TwoLines } from '../../../ui/table-body.tsx';
import type { Column } from '../../../ui/table-column.ts';
import { PhoneRow } from '../../../ui/table-phone.tsx';
import { useAssetName } from '../asset-name.tsx';
import { listProfiles, type Profile } from '../contract.ts';
import { home, rateText, stateWords } from '../threat-words.tsx';

const byId = (row: Profile): string => row.id;
const byName = (row: Profile): string => `${inertLine(row.modelId)}, version ${row.version}`;
const rowTo = (row: Profile): string => `/adversarial-detection/profiles/${row.id}`;

/** Trust in one word, the worst first. */
export function trustOf(row: Profile): { word: string; shape: 'ok' | 'unknown' | 'medium'; tone: 'ok' | 'unknown' | 'medium' } {
  if (row.state === 'failed' || row.stale) return { word: row.stale ? 'Stale' : 'Failed', shape: 'medium', tone: 'medium' };
  if (row.state !== 'ready') return { word: stateWords[row.state], shape: 'unknown', tone: 'unknown' };
  if (row.fused?.canDecide) return { word: 'Decides', shape: 'ok', tone: 'ok' };
  return { word: 'Reports only', shape: 'unknown', tone: 'unknown' };
}

function ProfilesPage() {
  const { can } = useSession();
  const list = useEndpointPages(listProfiles, { limit: 50 }, { live: ['adversarial-detection.profile-ready', 'job.changed'] });
  return (
    <ListScreen title="Profiles" path={[home]} list={list} order="Newest first">
      <ListRows
        label="Profiles"
        list={list}
        empty={
          <EmptyNote title="No profile yet">
            A profile says what is normal for a model; without one nothing about its inputs can be decided.{' '}
            {can('adversarial-detection:create')
              ? 'Send at least 200 rows the model was not trained on, with its own answers, to POST /api/adversarial-detection/profiles.'
              : 'Analysts and engineers send the rows that it is built from.'}
          </EmptyNote>
        }
        rowId={byId}
        rowName={byName}
        columns={columns}
        viewKey="adversarial-profiles"
        rowTo={rowTo}
        phone={(row) => <ProfilePhoneRow row={row} />}
      />
    </ListScreen>
  );
}

function TrustShape({ row }: { row: Profile }) {
  const { word, shape, tone } = trustOf(row);
  return <Shape name={shape} tone={tone} label={word} />;
}

const columns: readonly Column<Profile>[] = [
  { id: 'trust', head: 'Trust', headHidden: true, cell: (row) => <TrustShape row={row} />, width: 34 },
  {
    id: 'model',
    head: 'Model',
    primary: true,
    cell: (row) => <ModelLines row={row} />,
  },
  { id: 'rows', head: 'Rows', align: 'right', cell: (row) => formatNumber(row.rowsGiven), width: 90 },
  { id: 'columns', head: 'Columns', align: 'right', cell: (row) => formatNumber(row.dimensions), width: 90, hideUnder: 800 },
  { id: 'rate', head: 'Asked rate', align: 'right', cell: (row) => rateText(row.targetFalsePositiveRate), width: 100 },
  {
    id: 'harmless',
    head: 'Harmless flagged',
    align: 'right',
    cell: (row) => rateText(row.fused?.harmlessFlagRate),
    width: 130,
    hideUnder: 700,
  },
  {
    id: 'live',
    head: 'Live flagged',
    align: 'right',
    cell: (row) => (row.live.screened === 0 ? 'unknown' : rateText(row.live.flagged / row.live.screened)),
    width: 110,
    hideUnder: 900,
  },
  { id: 'at', head: 'Made', cell: (row) => <RelativeTime at={row.createdAt} />, width: 110 },
];

function ModelLines({ row }: { row: Profile }) {
  const model = useAssetName(row.assetId, row.modelId);
  return <TwoLines title={model} second={`version ${row.version}, ${trustOf(row).word.toLowerCase()}`} />;
}

function ProfilePhoneRow({ row }: { row: Profile }) {
  const model = useAssetName(row.assetId, row.modelId);
  return (
    <PhoneRow
      shape={<TrustShape row={row} />}
      title={model}
      to={rowTo(row)}
      reason={`${trustOf(row).word}; asked ${rateText(row.targetFalsePositiveRate)}, harmless flagged ${rateText(row.fused?.harmlessFlagRate)}`}
      owner={<RelativeTime at={row.createdAt} />}
    />
  );
}

export default definePage({
  path: '/adversarial-detection/profiles',
  title: 'Profiles',
  permission: 'adversarial-detection:read',
  group: null,
  icon: 'shield-alert',
  order: 2,
  Page: ProfilesPage,
});
