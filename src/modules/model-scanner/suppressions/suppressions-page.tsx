/** Findings somebody decided to live with: who, why, until when; lifting, and undoing that. */

import { useSession } from '../../../client/session.ts';
import { useChange } from '../../../client/use-change.ts';
import { useEndpointPages } from '../../../client/use-endpoint-pages.ts';
import { Button, TextLink } from '../../../ui/button.tsx';
import { definePage } from '../../../ui/define-page.ts';
import type { FilterField } from '../../../ui/filter.ts';
import { inertLine } from '../../../ui/inert.ts';
import { InertText } from '../../../ui/inert-text.tsx';
import { ListScreen } from '../../../ui/list-screen.tsx';
import { EmptyNote, Loaded, ProblemNote } from '../../../ui/loaded.tsx';
import { RelativeTime } from '../../../ui/relative-time.tsx';
import { SeverityShape } from '../../../ui/severity.tsx';
import { Badge } from '../../../ui/tag.tsx';
import { toast } from '../../../ui/toast-store.ts';
import { useAskedFilters } from '../../../ui/use-asked-filters.ts';
import { liftSuppression, listSuppressions, restoreSuppression, type Suppression } from '../contract.ts';
import { touchedBySuppression } from './suppress-dialog.tsx';

const fields: FilterField[] = [
  {
    key: 'state',
    label: 'state',
    kind: 'choice',
    choices: ['holds', 'expired', 'lifted'].map((value) => ({ value, label: value })),
  },
];

function SuppressionsPage() {
  const filters = useAskedFilters(fields, listSuppressions.input);
  const list = useEndpointPages(listSuppressions, { limit: 50, ...filters.asked }, { live: ['model-scanner.suppression'] });
  return (
    <ListScreen
      title="Suppressed findings"
      path={[{ label: 'Model scanner', to: '/model-scanner' }]}
      subtitle="A suppressed finding stays in every report, marked as such, and raises no vulnerability while it holds."
      list={list}
      filters={filters}
      placeholder="Title, rule, place or owner"
      order="Newest first"
    >
      <Loaded
        answer={list}
        waitsFor="the suppressions"
        empty={
          filters.isEmpty ? (
            <EmptyNote title="No finding is suppressed">
              Where a finding is no problem, open it in its scan and choose “Suppress”: with a reason, an owner and a last day.
            </EmptyNote>
          ) : (
            <EmptyNote
              kind="no-match"
              title="No suppression matches"
              actions={<Button onClick={filters.clear}>Clear the filters</Button>}
            />
          )
        }
      >
        {(rows) => (
          <ul aria-label="Suppressions">
            {rows.map((row) => (
              <SuppressionLine key={row.id} suppression={row} />
            ))}
          </ul>
        )}
      </Loaded>
      {list.hasMore && (
        <div className="px-4 py-3 tablet:px-6">
          <Button busy={list.isLoadingMore && 'Loading…'} onClick={list.loadMore}>
            Load more
          </Button>
        </div>
      )}
    </ListScreen>
  );
}

function SuppressionLine({ suppression }: { suppression: Suppression }) {
  const { id, title, severity, ruleId, place, reason, owner, expires, state, createdAt, scanId } = suppression;
  return (
    <li className="grid gap-x-4 gap-y-1 border-b border-line px-4 py-3 tablet:grid-cols-[1rem_minmax(0,1fr)_auto] tablet:px-6">
      <span className="mt-0.5">
        <SeverityShape severity={severity} />
      </span>
      <div className="min-w-0">
        <h2 className="text-row font-row">
          {scanId === null ? inertLine(title, 200) : <TextLink to={`/model-scanner/${scanId}`}>{inertLine(title, 200)}</TextLink>}
        </h2>
        <p className="max-w-[72ch]">
          <InertText text={reason} limit={2000} />
        </p>
        <p className="mt-0.5 text-label break-words text-ink-2">
          {owner} answers for it · suppressed <RelativeTime at={createdAt} /> · <span className="mono">{ruleId}</span> ·{' '}
          <InertText className="mono break-all" text={place} limit={300} />
        </p>
      </div>
      <div className="flex flex-wrap items-start gap-2 tablet:justify-end">
        <Badge tone={state === 'holds' ? 'accent' : 'ink-3'}>{state === 'holds' ? `until ${expires}` : state}</Badge>
        <LineAction id={id} state={state} />
      </div>
    </li>
  );
}

function LineAction({ id, state }: Pick<Suppression, 'id' | 'state'>) {
  const { can } = useSession();
  const restore = useChange(restoreSuppression, {
    invalidates: touchedBySuppression,
    onDone: () => toast({ text: 'The suppression holds again' }),
  });
  const lift = useChange(liftSuppression, {
    invalidates: touchedBySuppression,
    onDone: () => toast({ text: 'The suppression was lifted', undo: () => void restore.run({ id }) }),
  });
  if (!can('vulnerabilities:create') || state === 'expired') return null;
  return (
    <>
      {state === 'holds' ? (
        <Button size="small" busy={lift.isRunning && 'Lifting…'} onClick={() => void lift.run({ id })}>
          Lift
        </Button>
      ) : (
        <Button size="small" kind="quiet" busy={restore.isRunning && 'Restoring…'} onClick={() => void restore.run({ id })}>
          Restore
        </Button>
      )}
      {restore.problem !== null && <ProblemNote error={restore.problem} />}
      {lift.problem !== null && <ProblemNote error={lift.problem} />}
    </>
  );
}

export default definePage({
  path: '/model-scanner/suppressions',
  title: 'Suppressed findings',
  permission: 'model-scanner:read',
  group: null,
  icon: 'file-search',
  order: 0,
  Page: SuppressionsPage,
});
