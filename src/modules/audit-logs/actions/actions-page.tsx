/** Everything an entry can say was done: a closed list, each with a sentence and the way to its entries. */
import { useLocation } from 'wouter';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import type { OutputOf } from '../../../contract/endpoint.ts';
import { TextLink } from '../../../ui/button.tsx';
import { CountLine } from '../../../ui/count-line.tsx';
import { DataTable } from '../../../ui/data-table.tsx';
import { definePage } from '../../../ui/define-page.ts';
import type { FilterField } from '../../../ui/filter.ts';
import { FilterBar } from '../../../ui/filter-bar.tsx';
import { EmptyNote, Loaded } from '../../../ui/loaded.tsx';
import { Screen } from '../../../ui/screen.tsx';
import { TwoLines } from '../../../ui/table-body.tsx';
import type { Column } from '../../../ui/table-column.ts';
import { type Filters, useFilters } from '../../../ui/use-filters.ts';
import { listAuditActions } from '../contract.ts';

type Action = OutputOf<typeof listAuditActions>['actions'][number];

const fields: FilterField[] = [{ key: 'action', label: 'action', kind: 'text' }];
const columns: Column<Action>[] = [
  { id: 'sentence', head: 'What it is about', primary: true, cell: ({ sentence }) => sentence },
  { id: 'action', head: 'Action', width: 400, cell: ({ action }) => <span className="mono text-code text-ink-2">{action}</span> },
];

function ActionsPage() {
  const filters = useFilters(fields);
  const answer = useEndpoint(listAuditActions, {});
  const [, go] = useLocation();
  const shown = (answer.data?.actions ?? []).filter((one) => holdsWords(one, filters.text) && isNamed(one, filters));
  return (
    <Screen
      title="Actions of the audit log"
      subtitle={
        <>
          Everything an entry of this release can say was done. Open one to see its entries.{' '}
          <TextLink to="/audit-logs">To the entries</TextLink>
        </>
      }
      toolbar={
        <>
          <FilterBar fields={fields} filters={filters} placeholder="Words, or an action" />
          <CountLine shown={shown.length} total={answer.data?.actions.length} order="By name" />
        </>
      }
    >
      <Loaded answer={answer} lines={8} waitsFor="the list of actions">
        {() =>
          shown.length === 0 ? (
            <EmptyNote kind="no-match" title="No action has these words">
              Take away a word or a filter to see more.
            </EmptyNote>
          ) : (
            <DataTable
              label="Actions"
              rows={shown}
              rowId={({ action }) => action}
              rowName={({ sentence }) => sentence}
              columns={columns}
              viewKey="audit-logs.actions"
              onOpen={({ action }) => go(`/audit-logs?action=${encodeURIComponent(action)}`)}
              phone={({ action, sentence }) => <TwoLines title={sentence} second={action} />}
            />
          )
        }
      </Loaded>
    </Screen>
  );
}

function isNamed({ action }: Action, filters: Filters): boolean {
  const parts = filters.values('action', 'has') ?? [];
  const whole = filters.values('action', 'is');
  return parts.every((part) => action.includes(part.toLowerCase())) && (whole === undefined || whole.includes(action));
}

/** Every word must be there, in any case. */
function holdsWords({ action, sentence }: Action, text: string): boolean {
  const all = `${action} ${sentence}`.toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => all.includes(word));
}

export default definePage({
  path: '/audit-logs/actions',
  title: 'Actions of the audit log',
  permission: 'audit-logs:read',
  group: null,
  icon: 'scroll-text',
  order: 92,
  Page: ActionsPage,
});
