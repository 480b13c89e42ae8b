/** Inputs and clients that screening refuses, and how to let them in again. */

import { useMemo, useState } from 'react';
import { useSession } from '../../../client/session.ts';
import { useChange } from '../../../client/use-change.ts';
import { useEndpointPages } from '../../../client/use-endpoint-pages.ts';
import { Button, TextLink } from '../../../ui/button.tsx';
import { definePage } from '../../../ui/define-page.ts';
import type { FilterField } from '../../../ui/filter.ts';
import { formatNumber, truncateMiddle } from '../../../ui/format.ts';
import { inertLine } from '../../../ui/inert.ts';
import { ListRows, ListScreen } from '../../../ui/list-screen.tsx';
import { EmptyNote } from '../../../ui/loaded.tsx';
import { ReasonDialog } from '../../../ui/reason-dialog.tsx';
import { RelativeTime } from '../../../ui/relative-time.tsx';
import { Shape } from '../../../ui/shape.tsx';
import { TwoLines } from '../../../ui/table-body.tsx';
import type { Column } from '../../../ui/table-column.ts';
import { PhoneRow } from '../../../ui/table-phone.tsx';
import { toast } from '../../../ui/toast-store.ts';
import { useAskedFilters } from '../../../ui/use-asked-filters.ts';
import { ModelName, useModelName } from '../asset-name.tsx';
import { type Block, blockKinds, blockStates, liftBlock, listBlocks } from '../contract.ts';
import { home } from '../threat-words.tsx';

const stateWord = { in_force: 'in force', expired: 'expired', lifted: 'lifted' } as const;
const fields: readonly FilterField[] = [
  { key: 'state', label: 'state', kind: 'choice', choices: blockStates.map((value) => ({ value, label: stateWord[value] })) },
  { key: 'kind', label: 'kind', kind: 'choice', choices: blockKinds.map((value) => ({ value, label: value })) },
];
const byId = (row: Block): string => row.id;
const nameOf = (row: Block): string =>
  row.kind === 'client' ? `Client ${inertLine(row.clientId ?? '')}` : `Input ${truncateMiddle(row.inputSha256 ?? '', 14)}`;

function BlocksPage() {
  const filters = useAskedFilters(fields, listBlocks.input);
  const list = useEndpointPages(listBlocks, { ...filters.asked, limit: 50 }, { live: ['adversarial-detection.block-changed'] });
  const [lifting, setLifting] = useState<Block | null>(null);
  const { can } = useSession();
  const mayLift = can('adversarial-detection:update');
  const columns = useMemo(() => columnsFor(mayLift ? setLifting : null), [mayLift]);
  return (
    <ListScreen title="Blocks" path={[home]} list={list} filters={filters} order="Newest first">
      <ListRows
        label="Blocks"
        list={list}
        filters={filters}
        noMatch="No block matches"
        empty={
          <EmptyNote title="Nothing is blocked">
            An input or a client stands here from the moment it is refused until its block is over or lifted. Detections block by themselves
            from the severity that the <TextLink to="/adversarial-detection/configuration">configuration</TextLink> names.
          </EmptyNote>
        }
        rowId={byId}
        rowName={nameOf}
        columns={columns}
        viewKey="adversarial-blocks"
        phone={(row) => <BlockPhoneRow row={row} lift={mayLift ? setLifting : null} />}
      />
      {lifting !== null && <LiftDialog block={lifting} onClose={() => setLifting(null)} />}
    </ListScreen>
  );
}

function BlockPhoneRow({ row, lift }: { row: Block; lift: ((block: Block) => void) | null }) {
  const isOn = row.state === 'in_force';
  const button = (
    <Button size="small" onClick={() => lift?.(row)}>
      Lift
    </Button>
  );
  return (
    <PhoneRow
      shape={<StateShape state={row.state} />}
      title={nameOf(row)}
      reason={useReason(row)}
      owner={isOn ? <RelativeTime at={row.expiresAt} /> : stateWord[row.state]}
      {...(lift !== null && isOn ? { actions: button } : {})}
    />
  );
}

/** What was detected names the model as callers do, by an id. */
function useReason({ reason, modelId }: Block): string {
  const name = useModelName(modelId ?? '');
  return inertLine(modelId === null ? reason : reason.replaceAll(modelId, name));
}

function BlockLines({ block }: { block: Block }) {
  return <TwoLines title={nameOf(block)} second={useReason(block)} />;
}

function StateShape({ state }: Pick<Block, 'state'>) {
  return (
    <Shape name={state === 'in_force' ? 'high' : 'unknown'} tone={state === 'in_force' ? 'high' : 'unknown'} label={stateWord[state]} />
  );
}

function columnsFor(lift: ((block: Block) => void) | null): readonly Column<Block>[] {
  return [
    { id: 'state', head: 'State', headHidden: true, cell: (row) => <StateShape state={row.state} />, width: 34 },
    { id: 'what', head: 'Refused', primary: true, cell: (row) => <BlockLines block={row} /> },
    {
      id: 'model',
      head: 'On',
      cell: (row) => (row.modelId === null ? 'every model' : <ModelName modelId={row.modelId} />),
      width: 150,
      hideUnder: 800,
    },
    { id: 'refused', head: 'Requests', align: 'right', cell: (row) => formatNumber(row.refused), width: 90 },
    {
      id: 'ends',
      head: 'Ends',
      cell: (row) => (row.state === 'in_force' ? <RelativeTime at={row.expiresAt} /> : stateWord[row.state]),
      width: 110,
    },
    {
      id: 'lift',
      head: 'Lift',
      headHidden: true,
      cell: (row) =>
        lift !== null && row.state === 'in_force' ? (
          <Button size="small" onClick={() => lift(row)}>
            Lift
          </Button>
        ) : null,
      width: 70,
    },
  ];
}

function LiftDialog({ block, onClose }: { block: Block; onClose: () => void }) {
  const change = useChange(liftBlock, {
    invalidates: ['adversarial-detection'],
    onDone: () => {
      toast({ text: 'The block is lifted' });
      onClose();
    },
  });
  return (
    <ReasonDialog
      title="Lift the block"
      description={`${nameOf(block)} is let in again at once.`}
      verb="Lift the block"
      busy="Lifting…"
      label="Why"
      most={1000}
      problem={change.problem}
      onSubmit={(reason) => change.run({ id: block.id, reason })}
      onClose={onClose}
    />
  );
}

export default definePage({
  path: '/adversarial-detection/blocks',
  title: 'Blocks',
  permission: 'adversarial-detection:read',
  group: null,
  icon: 'shield-alert',
  order: 3,
  Page: BlocksPage,
});
