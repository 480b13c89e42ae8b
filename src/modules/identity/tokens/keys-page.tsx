/** Everybody's API keys: whose, what they may do, when they were used and when they end; revoked with a reason. */
import { useCallback, useMemo, useState } from 'react';
import { z } from 'zod';
import { useSession } from '../../../client/session.ts';
import { useChange } from '../../../client/use-change.ts';
import { useEndpointPages } from '../../../client/use-endpoint-pages.ts';
import { Button, TextLink } from '../../../ui/button.tsx';
import { CountLine } from '../../../ui/count-line.tsx';
import { DataTable } from '../../../ui/data-table.tsx';
import { definePage } from '../../../ui/define-page.ts';
import { Dialog } from '../../../ui/dialog.tsx';
import type { FilterField } from '../../../ui/filter.ts';
import { FilterBar } from '../../../ui/filter-bar.tsx';
import { Form, TextField } from '../../../ui/form.tsx';
import { plural } from '../../../ui/format.ts';
import { InertText } from '../../../ui/inert-text.tsx';
import { EmptyNote, Loaded } from '../../../ui/loaded.tsx';
import { RelativeTime } from '../../../ui/relative-time.tsx';
import { Screen } from '../../../ui/screen.tsx';
import { TwoLines } from '../../../ui/table-body.tsx';
import type { Column } from '../../../ui/table-column.ts';
import { PhoneRow } from '../../../ui/table-phone.tsx';
import { Badge } from '../../../ui/tag.tsx';
import { toast } from '../../../ui/toast-store.ts';
import { useFilters } from '../../../ui/use-filters.ts';
import { ApiKey, listApiKeys, RevocationReason, revokeApiKey } from '../contract.ts';

const fields: FilterField[] = [
  {
    key: 'state',
    label: 'state',
    kind: 'choice',
    single: true,
    choices: [
      { value: 'works', label: 'Works' },
      { value: 'expired', label: 'Expired' },
      { value: 'revoked', label: 'Revoked' },
    ],
  },
  {
    key: 'expires',
    label: 'expiry',
    kind: 'choice',
    single: true,
    choices: [
      { value: 'false', label: 'Never expires' },
      { value: 'true', label: 'Expires' },
    ],
  },
];
const byId = (key: ApiKey) => key.id;
const byName = (key: ApiKey) => `${key.name} of ${key.owner.name}`;

function KeysPage() {
  const { can } = useSession();
  const filters = useFilters(fields);
  const [revoking, setRevoking] = useState<ApiKey | null>(null);
  const state = ApiKey.shape.state.options.find((one) => one === filters.values('state')?.[0]);
  const [expires] = filters.values('expires') ?? [];
  const list = useEndpointPages(listApiKeys, {
    of: 'everybody',
    limit: 50,
    ...(filters.text === '' ? {} : { q: filters.text }),
    ...(state === undefined ? {} : { state }),
    ...(expires === undefined ? {} : { expires: expires === 'true' }),
  });
  const mayRevoke = can('users:update');
  const isFiltered = filters.text !== '' || filters.filters.length > 0;
  return (
    <Screen
      title="API keys"
      path={[{ label: 'People', to: '/users' }]}
      subtitle={
        <>
          Programs that act in the name of people, never with more than they have. <TextLink to="/account">Your own</TextLink>
        </>
      }
    >
      <FilterBar fields={fields} filters={filters} placeholder="Name, owner or the readable part of a key" />
      <CountLine shown={list.rows.length} total={list.total} totalIsEstimate={list.totalIsEstimate} order="Newest first" />
      <Loaded
        answer={list}
        refusal="Only roles that may read the audit log see the keys of others."
        empty={
          isFiltered ? (
            <EmptyNote kind="no-match" title="No key matches">
              Take away the filter to see every key.
            </EmptyNote>
          ) : (
            <EmptyNote title="Nobody has made a key">People make keys for their programs on their account page.</EmptyNote>
          )
        }
      >
        {(rows) => <KeyTable rows={rows} list={list} onRevoke={mayRevoke ? setRevoking : null} />}
      </Loaded>
      {revoking !== null && <RevokeDialog apiKey={revoking} onClose={() => setRevoking(null)} />}
    </Screen>
  );
}

type KeyTableProps = {
  rows: readonly ApiKey[];
  list: { hasMore: boolean; loadMore: () => void; isLoadingMore: boolean; total: number | undefined };
  onRevoke: ((key: ApiKey) => void) | null;
};
function KeyTable({ rows, list, onRevoke }: KeyTableProps) {
  const revokeOf = useCallback(
    (key: ApiKey) =>
      onRevoke === null || key.state === 'revoked' ? null : (
        <Button size="small" kind="destructive" aria-label={`Revoke ${byName(key)}`} onClick={() => onRevoke(key)}>
          Revoke…
        </Button>
      ),
    [onRevoke],
  );
  const columns = useMemo<Column<ApiKey>[]>(
    () => [...plainColumns, { id: 'revoke', head: 'Revoke', headHidden: true, width: 104, align: 'right', cell: revokeOf }],
    [revokeOf],
  );
  return (
    <DataTable
      label="API keys"
      rows={rows}
      rowId={byId}
      rowName={byName}
      columns={columns}
      viewKey="api-keys"
      {...(list.total === undefined ? {} : { total: list.total })}
      hasMore={list.hasMore}
      onMore={list.loadMore}
      isLoadingMore={list.isLoadingMore}
      phone={(key) => (
        <PhoneRow
          shape={null}
          title={key.name}
          reason={`${key.owner.name}, ${scopesInWords(key)}`}
          owner={
            <span className="flex flex-wrap gap-x-3 gap-y-1">
              <Expiry apiKey={key} />
              <LastUse apiKey={key} />
            </span>
          }
          actions={revokeOf(key)}
        />
      )}
    />
  );
}

const plainColumns: readonly Column<ApiKey>[] = [
  {
    id: 'name',
    head: 'Key',
    primary: true,
    cell: (key) => (
      <span className="block min-w-0">
        <span className="block truncate font-name">
          <InertText text={key.name} limit={120} />
        </span>
        <span className="mono block truncate text-mark leading-4 text-ink-3">aispm_{key.publicId}_…</span>
      </span>
    ),
  },
  {
    id: 'owner',
    head: 'Owner',
    width: 160,
    cell: (key) => <TextLink to={`/users?q=${encodeURIComponent(key.owner.name)}`}>{key.owner.name}</TextLink>,
  },
  {
    id: 'scopes',
    head: 'May',
    width: 220,
    hideUnder: 700,
    cell: (key) => <TwoLines title={scopesInWords(key)} second={key.scopes.join(', ')} />,
  },
  { id: 'used', head: 'Last used', width: 150, hideUnder: 800, cell: (key) => <LastUse apiKey={key} /> },
  { id: 'ends', head: 'Ends', width: 170, cell: (key) => <Expiry apiKey={key} /> },
];

function scopesInWords({ scopes }: ApiKey): string {
  const changes = scopes.filter((scope) => !scope.endsWith(':read')).length;
  return changes === 0
    ? `Reads ${plural(scopes.length, 'resource')}`
    : `${plural(scopes.length, 'permission')}, ${changes} to change things`;
}

function LastUse({ apiKey: { lastUsedAt, lastUsedAddress } }: { apiKey: ApiKey }) {
  if (lastUsedAt === null) return <Badge>Never used</Badge>;
  return (
    <span className="text-ink-2" title={lastUsedAddress === null ? undefined : `from ${lastUsedAddress}`}>
      Used <RelativeTime at={lastUsedAt} />
    </span>
  );
}

function Expiry({ apiKey: { state, expiresAt, revokedReason } }: { apiKey: ApiKey }) {
  if (state === 'revoked')
    return (
      <span title={revokedReason ?? undefined}>
        <Badge tone="info">Revoked</Badge>
      </span>
    );
  if (state === 'expired') return <Badge tone="info">Expired</Badge>;
  if (expiresAt === null) return <Badge tone="medium">Never expires</Badge>;
  return (
    <span className="text-ink-2">
      Ends <RelativeTime at={expiresAt} />
    </span>
  );
}

const Reason = z.object({ reason: RevocationReason });
function RevokeDialog({ apiKey, onClose }: { apiKey: ApiKey; onClose: () => void }) {
  const revoke = useChange(revokeApiKey, {
    onDone: () => {
      toast({ text: `Revoked ${byName(apiKey)}` });
      onClose();
    },
  });
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Revoke ${apiKey.name}?`}
      description={`Programs of ${apiKey.owner.name} that use it are refused at once, and so are the tokens they exchanged it for. It cannot be brought back.`}
      width="narrow"
    >
      <Form
        schema={Reason}
        initial={{ reason: '' }}
        problem={revoke.problem}
        submit="Revoke the key"
        busy="Revoking…"
        onCancel={onClose}
        onSubmit={({ reason }) => revoke.run({ id: apiKey.id, reason })}
      >
        <TextField name="reason" label="Why" help="Its owner reads this, and the audit log keeps it." autoComplete="off" />
      </Form>
    </Dialog>
  );
}

export default definePage({
  path: '/api-keys',
  title: 'API keys',
  permission: 'audit-logs:read',
  group: null,
  icon: 'key-round',
  order: 0,
  Page: KeysPage,
});
