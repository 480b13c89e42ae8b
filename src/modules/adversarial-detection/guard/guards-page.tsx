/** Guarded model endpoints: how each stands, and what it refused in the last day. */

import { useState } from 'react';
import { useSession } from '../../../client/session.ts';
import { useEndpointPages } from '../../../client/use-endpoint-pages.ts';
import { Button, TextLink } from '../../../ui/button.tsx';
import { definePage } from '../../../ui/define-page.ts';
import type { FilterField } from '../../../ui/filter.ts';
import { formatNumber } from '../../../ui/format.ts';
import { ListRows, ListScreen } from '../../../ui/list-screen.tsx';
import { EmptyNote } from '../../../ui/loaded.tsx';
import { TwoLines } from '../../../ui/table-body.tsx';
import type { Column } from '../../../ui/table-column.ts';
import { PhoneRow } from '../../../ui/table-phone.tsx';
import { useAskedFilters } from '../../../ui/use-asked-filters.ts';
import { useModelName } from '../asset-name.tsx';
import { type Guard, guardModes, listGuards } from '../contract.ts';
import { home } from '../threat-words.tsx';
import { GuardDialog } from './guard-dialog.tsx';
import { edgeText, formWords, ModeShape, modeWord } from './guard-words.tsx';

const fields: readonly FilterField[] = [
  {
    key: 'mode',
    label: 'mode',
    kind: 'choice',
    choices: guardModes.map((value) => ({ value, label: value === 'enforce' ? 'enforcing' : 'watching' })),
  },
];
const byId = ({ id }: Guard): string => id;
const byName = ({ name }: Guard): string => name;
const rowTo = ({ id }: Guard): string => `/adversarial-detection/guards/${id}`;

function GuardsPage() {
  const filters = useAskedFilters(fields, listGuards.input);
  const list = useEndpointPages(listGuards, { ...filters.asked, limit: 50 }, { live: ['adversarial-detection.guard-changed'] });
  const [isAdding, setAdding] = useState(false);
  const mayAdd = useSession().can('adversarial-detection:create');
  return (
    <ListScreen
      title="Guards"
      path={[home]}
      subtitle="Model endpoints behind the platform: every input is screened with its answer before the answer leaves."
      list={list}
      filters={filters}
      order="By name"
      actions={
        mayAdd && (
          <Button kind="primary" onClick={() => setAdding(true)}>
            Add a guard
          </Button>
        )
      }
    >
      <ListRows
        label="Guards"
        list={list}
        filters={filters}
        noMatch="No guard of this mode"
        empty={
          <EmptyNote title="No model endpoint is guarded">
            A guard stands in front of a model endpoint and begins by watching: it refuses nothing until somebody lets it enforce.{' '}
            {mayAdd ? (
              <>
                Add one; it needs a <TextLink to="/adversarial-detection/profiles">profile</TextLink> of the model.
              </>
            ) : (
              'Analysts and engineers add them; until then no input is screened before it is answered.'
            )}
          </EmptyNote>
        }
        rowId={byId}
        rowName={byName}
        columns={columns}
        viewKey="adversarial-guards"
        rowTo={rowTo}
        phone={(row) => <GuardPhoneRow row={row} />}
      />
      {isAdding && <GuardDialog guard={null} onClose={() => setAdding(false)} />}
    </ListScreen>
  );
}

function GuardLines({ guard: { name, form, modelId } }: { guard: Guard }) {
  return <TwoLines title={name} second={`${formWords[form]} · ${useModelName(modelId)}`} />;
}

function GuardPhoneRow({ row }: { row: Guard }) {
  const { lastDay } = row;
  return (
    <PhoneRow
      shape={<ModeShape guard={row} />}
      title={row.name}
      to={rowTo(row)}
      reason={`${formatNumber(lastDay.screened)} screened, ${formatNumber(lastDay.blocked)} refused, ${formatNumber(lastDay.wouldBlock)} would be`}
      owner={modeWord(row)}
    />
  );
}

const numberColumn = (id: string, head: string, of: (row: Guard) => number): Column<Guard> => ({
  id,
  head,
  align: 'right',
  width: 110,
  hideUnder: 760,
  cell: (row) => <span className="tabular-nums">{formatNumber(of(row))}</span>,
});
const columns: readonly Column<Guard>[] = [
  { id: 'mode', head: 'Mode', headHidden: true, width: 34, cell: (row) => <ModeShape guard={row} /> },
  { id: 'name', head: 'Guard', primary: true, cell: (row) => <GuardLines guard={row} /> },
  { id: 'state', head: 'State', width: 100, hideUnder: 560, cell: (row) => <span className="text-ink-2">{modeWord(row)}</span> },
  numberColumn('screened', 'Screened, 24 h', ({ lastDay }) => lastDay.screened),
  numberColumn('would', 'Would refuse', ({ lastDay }) => lastDay.wouldBlock),
  numberColumn('blocked', 'Refused', ({ lastDay }) => lastDay.blocked),
  numberColumn('unscreened', 'Unscreened', ({ lastDay }) => lastDay.unscreened),
  {
    id: 'added',
    head: 'Added, 99 %',
    align: 'right',
    width: 110,
    hideUnder: 900,
    cell: ({ lastDay }) => <span className="text-ink-2 tabular-nums">{lastDay.added === null ? '' : edgeText(lastDay.added.p99Ms)}</span>,
  },
];

export default definePage({
  path: '/adversarial-detection/guards',
  title: 'Guards',
  permission: 'adversarial-detection:read',
  group: null,
  icon: 'shield-alert',
  order: 5,
  Page: GuardsPage,
});
