/** What a good table looked like: versions, which one is followed, what differs between two. */

import { useState } from 'react';
import { useSession } from '../../../client/session.ts';
import { useChange } from '../../../client/use-change.ts';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { useEndpointPages } from '../../../client/use-endpoint-pages.ts';
import { Button } from '../../../ui/button.tsx';
import { CheckLine, Choice, TextLine } from '../../../ui/controls.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { formatBytes, formatMeasured, formatNumber, formatPercent, truncateMiddle } from '../../../ui/format.ts';
import { inertLine } from '../../../ui/inert.ts';
import { ListRows, ListTools } from '../../../ui/list-screen.tsx';
import { EmptyNote, Loaded, ProblemNote } from '../../../ui/loaded.tsx';
import { RelativeTime } from '../../../ui/relative-time.tsx';
import { TwoLines } from '../../../ui/table-body.tsx';
import type { Column } from '../../../ui/table-column.ts';
import { PhoneRow } from '../../../ui/table-phone.tsx';
import { toast } from '../../../ui/toast-store.ts';
import { addBaseline, type Baseline, compareBaselines, expireBaseline, listBaselines, promoteBaseline } from '../contract.ts';
import { baselineMeanings, environmentChoices, fileName, MeaningShape, MeaningWord } from '../data-words.tsx';
import { type SourceChoice, SourceFields, sourceOfChoice } from '../sources/source-choice.tsx';

const byId = ({ id }: Baseline): string => id;
const byName = ({ name, version }: Baseline): string => `Version ${version}: ${inertLine(name, 160)}`;

export function BaselineTab({ assetId }: { assetId: string }) {
  const { can } = useSession();
  const list = useEndpointPages(listBaselines, { assetId, limit: 50 }, { live: ['job.'] });
  const [isAdding, setAdding] = useState(false);
  const [comparing, setComparing] = useState<Baseline | null>(null);
  const mayChange = can('data-quality:update');
  return (
    <>
      <ListTools
        list={list}
        order="Newest first"
        besideOrder={
          can('data-quality:create') && (
            <Button size="small" onClick={() => setAdding(true)}>
              Make a baseline
            </Button>
          )
        }
      />
      <ListRows
        label="Baselines"
        list={list}
        empty={
          <EmptyNote title="No baseline yet">
            A baseline is what a good table looked like: counts, distributions, correlations. It keeps no row, and what comes later is
            compared with it.
          </EmptyNote>
        }
        rowId={byId}
        rowName={byName}
        columns={columnsFor(mayChange, list.rows.length > 1 ? setComparing : null)}
        viewKey="data-baselines"
        phone={(row) => (
          <PhoneRow
            shape={<MeaningShape meaning={baselineMeanings[row.state]} />}
            title={byName(row)}
            reason={`${formatNumber(row.rows)} rows × ${formatNumber(row.columns)} columns`}
            owner={row.environment}
            due={<RelativeTime at={row.createdAt} form="age" />}
            {...(mayChange ? { actions: <Actions baseline={row} onCompare={null} /> } : {})}
          />
        )}
      />
      {isAdding && <AddDialog assetId={assetId} onClose={() => setAdding(false)} />}
      {comparing !== null && <CompareDialog baseline={comparing} others={list.rows} onClose={() => setComparing(null)} />}
    </>
  );
}

function columnsFor(mayChange: boolean, onCompare: ((baseline: Baseline) => void) | null): readonly Column<Baseline>[] {
  return [
    { id: 'state', head: 'State', width: 130, cell: ({ state }) => <MeaningWord meaning={baselineMeanings[state]} /> },
    {
      id: 'name',
      head: 'Baseline',
      primary: true,
      cell: (row) => (
        <TwoLines
          title={byName(row)}
          second={`${row.environment} · ${fileName(row.sourceLabel)} · sha256 ${truncateMiddle(row.dataSha256, 18)}`}
        />
      ),
    },
    {
      id: 'size',
      head: 'Table',
      width: 190,
      hideUnder: 700,
      cell: ({ rows, columns }) => (
        <span className="text-ink-2 tabular-nums">
          {formatNumber(rows)} × {formatNumber(columns)}
        </span>
      ),
    },
    { id: 'bytes', head: 'Kept', width: 90, align: 'right', hideUnder: 860, cell: ({ bytes }) => formatBytes(bytes) },
    { id: 'at', head: 'Made', width: 110, hideUnder: 560, cell: ({ createdAt }) => <RelativeTime at={createdAt} /> },
    {
      id: 'act',
      head: 'Actions',
      headHidden: true,
      width: 230,
      align: 'right',
      cell: (row) => (mayChange || onCompare !== null ? <Actions baseline={row} onCompare={onCompare} mayChange={mayChange} /> : null),
    },
  ];
}

type ActionsProps = { baseline: Baseline; onCompare: ((baseline: Baseline) => void) | null; mayChange?: boolean };
function Actions({ baseline, onCompare, mayChange = true }: ActionsProps) {
  const promote = useChange(promoteBaseline, {
    onDone: () => toast({ text: `Followed from now on: ${byName(baseline)}` }),
    onRefused: ({ message }) => toast({ text: message }),
  });
  const expire = useChange(expireBaseline, {
    onDone: () => toast({ text: `Ended: ${byName(baseline)}` }),
    onRefused: ({ message }) => toast({ text: message }),
  });
  const canPromote = baseline.state === 'candidate' || baseline.state === 'superseded';
  return (
    <span className="inline-flex gap-1">
      {onCompare !== null && baseline.state !== 'expired' && (
        <Button size="small" kind="quiet" aria-label={`Compare ${byName(baseline)}`} onClick={() => onCompare(baseline)}>
          Compare
        </Button>
      )}
      {mayChange && canPromote && (
        <Button
          size="small"
          aria-label={`Promote ${byName(baseline)}`}
          busy={promote.isRunning && 'Promoting…'}
          onClick={() => void promote.run({ id: baseline.id })}
        >
          Promote
        </Button>
      )}
      {mayChange && baseline.state !== 'expired' && (
        <Button
          size="small"
          kind="quiet"
          aria-label={`End ${byName(baseline)}`}
          busy={expire.isRunning && 'Ending…'}
          onClick={() => void expire.run({ id: baseline.id })}
        >
          End
        </Button>
      )}
    </span>
  );
}

function AddDialog({ assetId, onClose }: { assetId: string; onClose: () => void }) {
  const [name, setName] = useState('');
  const [environment, setEnvironment] = useState('training');
  const [source, setSource] = useState<SourceChoice>({ kind: 'asset' });
  const [promotes, setPromotes] = useState(true);
  const add = useChange(addBaseline, {
    onDone: (made) => {
      toast({ text: 'jobId' in made ? `Being made in the background: ${inertLine(made.name, 160)}` : `Made ${byName(made)}` });
      onClose();
    },
  });
  const table = sourceOfChoice(source);
  const save = (): void => {
    if (table === null) return;
    void add.run({
      assetId,
      name: name.trim(),
      environment: environment as Baseline['environment'],
      promote: promotes,
      ...(table === 'asset' ? {} : { source: table }),
    });
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title="Make a baseline"
      description="The table is read once. What is kept: counts, distributions, correlations and up to 50,000 sorted values a numeric column; no row."
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" disabled={name.trim() === '' || table === null} busy={add.isRunning && 'Reading…'} onClick={save}>
            Make the baseline
          </Button>
        </>
      }
    >
      <div className="grid gap-4">
        <TextLine plain label="Name" value={name} onChange={setName} help="As in: release of May." />
        <SourceFields choice={source} onChange={setSource} />
        <Choice label="What the table is for" value={environment} choices={environmentChoices} onChange={setEnvironment} />
        <CheckLine checked={promotes} onChange={setPromotes}>
          Follow it from now on
        </CheckLine>
      </div>
      {add.problem !== null && <ProblemNote error={add.problem} />}
    </Dialog>
  );
}

function CompareDialog({ baseline, others, onClose }: { baseline: Baseline; others: readonly Baseline[]; onClose: () => void }) {
  const choices = others
    .filter(({ id, state }) => id !== baseline.id && state !== 'expired')
    .map((one) => ({ value: one.id, label: byName(one) }));
  const [other, setOther] = useState(choices[0]?.value ?? '');
  const answer = useEndpoint(compareBaselines, { id: baseline.id, with: other }, { enabled: other !== '' });
  return (
    <Dialog
      open
      onClose={onClose}
      width="wide"
      title={byName(baseline)}
      description="Column by column, from the two profiles."
      actions={<Button onClick={onClose}>Close</Button>}
    >
      <Choice label="Compared with" value={other} choices={choices} onChange={setOther} />
      <div className="mt-3">
        <Loaded answer={answer} waitsFor="the comparison" isEmpty={() => false}>
          {({ columns }) => <Differences columns={columns.filter(({ change }) => change !== 'same')} total={columns.length} />}
        </Loaded>
      </div>
    </Dialog>
  );
}

type Compared = typeof compareBaselines.output extends { _output: { columns: (infer Row)[] } } ? Row : never;
function Differences({ columns, total }: { columns: readonly Compared[]; total: number }) {
  if (columns.length === 0) return <p className="text-ink-2">All {formatNumber(total)} columns are the same in both.</p>;
  const side = (value: Compared['a']): string =>
    value === null
      ? 'not there'
      : `${value.type}, ${formatPercent(value.missingRate, { digits: 1 })} missing${value.mean === null ? '' : `, mean ${formatMeasured(value.mean)}`}`;
  return (
    <table className="w-full">
      <thead>
        <tr className="text-left text-ink-3">
          <th scope="col" className="py-1 pr-3 font-regular">
            Column
          </th>
          <th scope="col" className="py-1 pr-3 font-regular">
            This
          </th>
          <th scope="col" className="py-1 font-regular">
            Other
          </th>
        </tr>
      </thead>
      <tbody>
        {columns.slice(0, 200).map(({ name, a, b }) => (
          <tr key={name} className="border-t border-line align-top">
            <td className="mono py-1 pr-3 text-code break-all">{inertLine(name, 100)}</td>
            <td className="py-1 pr-3">{side(a)}</td>
            <td className="py-1">{side(b)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
