/** The rows that failed, by number: filtered by check, paged, saved as CSV. Values of cells are not kept. */

import { useState } from 'react';
import { linkTo } from '../../../client/request.ts';
import { useEndpointPages } from '../../../client/use-endpoint-pages.ts';
import type { OutputOf } from '../../../contract/endpoint.ts';
import { DownloadLink } from '../../../ui/button.tsx';
import { Choice } from '../../../ui/controls.tsx';
import { formatMeasured, formatNumber } from '../../../ui/format.ts';
import { inertLine } from '../../../ui/inert.ts';
import { InertText } from '../../../ui/inert-text.tsx';
import { ListRows, ListTools } from '../../../ui/list-screen.tsx';
import { EmptyNote } from '../../../ui/loaded.tsx';
import { SeverityShape } from '../../../ui/severity.tsx';
import type { Column } from '../../../ui/table-column.ts';
import { PhoneRow } from '../../../ui/table-phone.tsx';
import { type CheckKind, exportFailingRows, type FailingRow, listFailingRows } from '../contract.ts';
import { checkWords, detectorWords } from '../data-words.tsx';

type Counted = OutputOf<typeof listFailingRows>['counted'][number];
/** Detectors by their names, other checks as they are stated. */
const checkName = (check: string): string => detectorWords[check] ?? inertLine(check, 120);
const byId = ({ id }: FailingRow): string => id;
const byName = ({ row, check }: FailingRow): string => `Row ${formatNumber(row)}, ${checkName(check)}`;
const columns: readonly Column<FailingRow>[] = [
  { id: 'severity', head: 'Severity', headHidden: true, width: 46, cell: ({ severity }) => <SeverityShape severity={severity} /> },
  { id: 'row', head: 'Row', width: 110, align: 'right', cell: ({ row }) => <span className="tabular-nums">{formatNumber(row)}</span> },
  { id: 'check', head: 'Fails', primary: true, cell: ({ check }) => checkName(check) },
  {
    id: 'columns',
    head: 'Columns',
    width: 300,
    hideUnder: 560,
    cell: ({ columns: names }) => <InertText className="mono text-code" text={names.join(', ')} limit={120} />,
  },
  { id: 'kind', head: 'Found by', width: 120, hideUnder: 700, cell: ({ kind }) => <span className="text-ink-2">{checkWords[kind]}</span> },
  {
    id: 'score',
    head: 'Score',
    width: 90,
    align: 'right',
    hideUnder: 640,
    cell: ({ score }) => <span className="tabular-nums">{score === null ? '–' : formatMeasured(score, 3)}</span>,
  },
];

export function FailingRowList({ assessmentId, kind }: { assessmentId: string; kind?: CheckKind }) {
  const [check, setCheck] = useState('');
  const filter = { id: assessmentId, ...(kind === undefined ? {} : { kind }), ...(check === '' ? {} : { check }) };
  const list = useEndpointPages(listFailingRows, { ...filter, limit: 100 });
  const counted = (list.firstPage?.counted ?? []).filter((one) => kind === undefined || one.kind === kind);
  const checks = [...new Set(counted.map((one) => one.check))];
  return (
    <section aria-label="Rows that failed">
      <div className="flex flex-wrap items-end gap-x-4 gap-y-2 border-t border-line px-4 pt-3 tablet:px-6">
        <h2 className="pb-1.5 font-strong">Rows</h2>
        {checks.length > 1 && (
          <div className="w-60">
            <Choice
              label="That fail"
              value={check}
              choices={[{ value: '', label: 'any check' }, ...checks.map((value) => ({ value, label: checkName(value) }))]}
              onChange={setCheck}
            />
          </div>
        )}
        {list.rows.length > 0 && <DownloadLink href={linkTo(exportFailingRows, { ...filter, format: 'csv' })}>Save as CSV</DownloadLink>}
      </div>
      <ListTools list={list} order="In the order of the table, counted from 0" />
      <ListRows
        label="Rows that failed"
        list={list}
        waitsFor="the rows"
        empty={<EmptyNote kind="all-clear" title={check === '' ? 'No row failed' : 'No row fails this check'} />}
        rowId={byId}
        rowName={byName}
        columns={columns}
        viewKey="data-rows"
        phone={(row) => (
          <PhoneRow
            shape={<SeverityShape severity={row.severity} />}
            title={byName(row)}
            reason={inertLine(row.columns.join(', '), 120)}
            owner={checkWords[row.kind]}
            due={row.score === null ? '' : formatMeasured(row.score, 3)}
          />
        )}
      />
      <NotAllNamed counted={counted} />
    </section>
  );
}

/** Of a check that most rows fail, only the first are kept by number: said, not hidden. */
function NotAllNamed({ counted }: { counted: readonly Counted[] }) {
  const cut = counted.filter(({ count, named }) => count > named);
  if (cut.length === 0) return null;
  return (
    <ul className="px-4 pb-4 text-ink-3 tablet:px-6">
      {cut.slice(0, 6).map(({ check, columns: names, count, named }) => (
        <li key={`${check} ${names.join(' ')}`}>
          {inertLine(check, 80)} {inertLine(names.join(', '), 80)}: {formatNumber(count)} rows, the first {formatNumber(named)} named.
        </li>
      ))}
    </ul>
  );
}
