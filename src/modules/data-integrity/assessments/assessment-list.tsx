/** Every look at a table, newest first: who asked, what came of it. */

import { useEndpointPages } from '../../../client/use-endpoint-pages.ts';
import type { FilterField } from '../../../ui/filter.ts';
import { formatNumber } from '../../../ui/format.ts';
import { inertLine } from '../../../ui/inert.ts';
import { ListRows, ListTools } from '../../../ui/list-screen.tsx';
import { EmptyNote } from '../../../ui/loaded.tsx';
import { RelativeTime } from '../../../ui/relative-time.tsx';
import { TwoLines } from '../../../ui/table-body.tsx';
import type { Column } from '../../../ui/table-column.ts';
import { PhoneRow } from '../../../ui/table-phone.tsx';
import { Unknown } from '../../../ui/tag.tsx';
import { useAskedFilters } from '../../../ui/use-asked-filters.ts';
import { type Assessment, dataEnvironments, listAssessments } from '../contract.ts';
import { assessmentPlace, checkWords, fileName, MeaningShape, MeaningWord, meaningOf, rowsByColumns, Share } from '../data-words.tsx';

const choices = (values: readonly string[]) => values.map((value) => ({ value, label: value }));
const fields: readonly FilterField[] = [
  { key: 'outcome', label: 'outcome', kind: 'choice', choices: choices(['good', 'bad', 'unknown']) },
  { key: 'state', label: 'state', kind: 'choice', choices: choices(['queued', 'running', 'done', 'failed', 'cancelled']) },
  { key: 'environment', label: 'environment', kind: 'choice', choices: choices(dataEnvironments) },
];
const byId = ({ id }: Assessment): string => id;
const byName = ({ datasetName }: Assessment): string => inertLine(datasetName, 200);
const placeOf = ({ id }: Assessment): string => assessmentPlace(id);

const columns: readonly Column<Assessment>[] = [
  { id: 'state', head: 'Result', width: 170, cell: (row) => <MeaningWord meaning={meaningOf(row)} /> },
  {
    id: 'table',
    head: 'Table',
    primary: true,
    cell: (row) => <TwoLines title={byName(row)} second={`${fileName(row.sourceLabel)} · ${rowsByColumns(row)}`} />,
  },
  {
    id: 'checks',
    head: 'Looked at',
    width: 210,
    hideUnder: 900,
    cell: ({ checks }) => <span className="text-ink-2">{checks.map((check) => checkWords[check].toLowerCase()).join(', ')}</span>,
  },
  { id: 'score', head: 'Score', width: 84, align: 'right', hideUnder: 620, cell: ({ score }) => <Share value={score} /> },
  {
    id: 'drift',
    head: 'Drifted',
    width: 92,
    align: 'right',
    hideUnder: 700,
    cell: ({ driftShare, checks }) =>
      checks.includes('drift') ? <Share value={driftShare} /> : <span className="text-ink-3">not asked</span>,
  },
  {
    id: 'alerts',
    head: 'Alerts',
    width: 74,
    align: 'right',
    hideUnder: 780,
    cell: ({ alertsRaised }) => <span className="tabular-nums">{alertsRaised === null ? <Unknown /> : formatNumber(alertsRaised)}</span>,
  },
  { id: 'at', head: 'When', width: 110, align: 'right', cell: ({ createdAt }) => <RelativeTime at={createdAt} /> },
];

/** @param assetId only those of one table; left out: all. */
export function AssessmentList({ assetId }: { assetId?: string }) {
  const filters = useAskedFilters(fields, listAssessments.input);
  const input = { limit: 50, ...filters.asked, ...(assetId === undefined ? {} : { asset_id: assetId }) };
  const list = useEndpointPages(listAssessments, input, { live: ['data-assessment.', 'job.'] });
  return (
    <>
      <ListTools list={list} filters={filters} order="Newest first" />
      <ListRows
        label="Assessments"
        list={list}
        filters={filters}
        noMatch="No assessment matches"
        empty={<EmptyNote title="No table was looked at yet">“Check a table” looks at one now; a monitor looks by the clock.</EmptyNote>}
        rowId={byId}
        rowName={byName}
        rowTo={placeOf}
        columns={columns}
        viewKey="data-assessments"
        phone={(row) => (
          <PhoneRow
            shape={<MeaningShape meaning={meaningOf(row)} />}
            title={byName(row)}
            to={placeOf(row)}
            reason={`${fileName(row.sourceLabel)} · ${rowsByColumns(row)}`}
            owner={row.checks.map((check) => checkWords[check]).join(', ')}
            due={<RelativeTime at={row.createdAt} form="age" />}
          />
        )}
      />
    </>
  );
}
