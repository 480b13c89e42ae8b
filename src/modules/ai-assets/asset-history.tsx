/** What happened to an asset, newest first: one sentence each, person and machine told apart. */
import { useMemo } from 'react';
import { useSession } from '../../client/session.ts';
import { useEndpoint } from '../../client/use-endpoint.ts';
import { useEndpointPages } from '../../client/use-endpoint-pages.ts';
import { Button } from '../../ui/button.tsx';
import { truncateMiddle } from '../../ui/format.ts';
import { InertText } from '../../ui/inert-text.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Timeline } from '../../ui/timeline.tsx';
import { listUsers } from '../identity/contract.ts';
import { type AssetChange, assetHistory } from './contract.ts';

export function AssetHistory({ id, limit }: { id: string; limit: number }) {
  const { can } = useSession();
  const history = useEndpointPages(assetHistory, { id, limit }, { live: ['asset.', 'risk.'] });
  const people = useEndpoint(listUsers, { limit: 500 }, { enabled: can('users:read') });
  const names = useMemo(() => new Map((people.data?.items ?? []).map((one) => [one.id, one.name])), [people.data]);
  return (
    <Loaded answer={history} lines={3} empty={<p className="text-ink-2">Nothing yet.</p>}>
      {(rows) => (
        <>
          <Timeline
            label="What happened"
            entries={rows.map((change) => ({
              id: change.id,
              at: change.at,
              sentence: sentenceOf(change),
              detail: <Detail change={change} />,
              actor: actorOf(change, names),
              isMachine: change.actor.kind !== 'user',
            }))}
          />
          {history.hasMore && (
            <Button size="small" kind="quiet" busy={history.isLoadingMore && 'Loading…'} onClick={history.loadMore}>
              Show earlier
            </Button>
          )}
        </>
      )}
    </Loaded>
  );
}

function actorOf({ actor }: AssetChange, names: ReadonlyMap<string, string>): string {
  if (actor.kind === 'user') return names.get(actor.id) ?? truncateMiddle(actor.id, 14);
  return actor.kind === 'job' ? 'a job' : 'the platform';
}

function sentenceOf({ action, fields, before, after }: AssetChange): string {
  const source = typeof after['source'] === 'string' ? after['source'] : null;
  switch (action) {
    case 'registered':
      return 'Registered';
    case 'proposed':
      return source === null ? 'Seen for the first time' : `Seen for the first time by ${source}`;
    case 'claimed':
      return typeof after['owner'] === 'string' ? `Claimed for ${after['owner']}` : 'Claimed';
    case 'retired':
      return 'Retired';
    case 'restored':
      return 'Restored';
    case 'missing':
      return source === null ? 'No longer seen' : `No longer seen by ${source}`;
    case 'seen-again':
      return 'Seen again';
    case 'risk':
      return `Risk ${riskWord(before['risk'])} → ${riskWord(after['risk'])}`;
    case 'linked':
      return `Linked to ${typeof after['to'] === 'string' ? after['to'] : 'another asset'}`;
    case 'unlinked':
      return 'Link taken back';
    case 'imported':
      return `Changed by an import: ${fields.map(fieldWord).join(', ')}`;
    case 'changed':
      return `Changed: ${fields.map(fieldWord).join(', ')}`;
  }
}

function riskWord(value: unknown): string {
  return typeof value === 'number' ? String(Math.round(value)) : 'unknown';
}

function fieldWord(field: string): string {
  return field
    .replace(/^metadata\./, '')
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase();
}

/** Before and after of fields that are short enough to read at a glance. */
function Detail({ change: { action, fields, before, after } }: { change: AssetChange }) {
  if (action !== 'changed' && action !== 'imported') return null;
  const shown = fields.filter((field) => Object.hasOwn(after, field)).slice(0, 6);
  if (shown.length === 0) return null;
  return (
    <ul className="text-label text-ink-3">
      {shown.map((field) => (
        <li key={field}>
          {fieldWord(field)}: <InertText text={textOf(before[field])} limit={80} /> → <InertText text={textOf(after[field])} limit={80} />
        </li>
      ))}
    </ul>
  );
}

function textOf(value: unknown): string {
  if (value === null || value === undefined || value === '') return 'empty';
  return Array.isArray(value) ? value.join(', ') : String(value);
}
