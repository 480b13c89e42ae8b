/** Many rows: drawn only near the view, with column menu and pages fetched ahead. */
import { useState } from 'react';
import { CountLine } from '../../src/ui/count-line.tsx';
import { DataTable } from '../../src/ui/data-table.tsx';
import { Screen } from '../../src/ui/screen.tsx';
import { SeverityShape } from '../../src/ui/severity.tsx';
import { TwoLines } from '../../src/ui/table-body.tsx';
import type { Column } from '../../src/ui/table-column.ts';
import { PhoneRow } from '../../src/ui/table-phone.tsx';
import { type Severity, severityMeanings } from '../../src/ui/words.ts';

type Row = { id: string; severity: Severity; number: number };
const severities = Object.keys(severityMeanings) as Severity[];
const make = (from: number, count: number): Row[] =>
  Array.from({ length: count }, (_, place) => ({
    id: `row-${from + place}`,
    number: from + place,
    severity: severities[(from + place) % 6] ?? 'unknown',
  }));
const columns: Column<Row>[] = [
  { id: 'severity', head: 'Severity', headHidden: true, width: 46, cell: ({ severity }) => <SeverityShape severity={severity} /> },
  {
    id: 'name',
    head: 'Name',
    primary: true,
    cell: ({ number }) => <TwoLines title={`Finding number ${number}`} second={`rule-${number % 17}`} mono />,
  },
  { id: 'number', head: 'Number', width: 90, align: 'right', cell: ({ number }) => number },
  { id: 'square', head: 'Square', width: 110, align: 'right', cell: ({ number }) => number * number },
];
const byId = ({ id }: Row) => id;
const byName = ({ number }: Row) => `finding ${number}`;
const most = 2000;

export function LongListScene() {
  const [rows, setRows] = useState(() => make(0, 150));
  const hasMore = rows.length < most;
  return (
    <Screen title="A long list" toolbar={<CountLine shown={rows.length} total={most} totalIsEstimate order="Number, lowest first" />}>
      <DataTable
        label="Rows"
        rows={rows}
        rowId={byId}
        rowName={byName}
        columns={columns}
        viewKey="long"
        total={most}
        hasMore={hasMore}
        onMore={() => setRows((before) => (before.length < most ? [...before, ...make(before.length, 50)] : before))}
        phone={({ severity, number }) => (
          <PhoneRow
            shape={<SeverityShape severity={severity} />}
            title={`Finding number ${number}`}
            figure={number}
            reason={number % 3 === 0 ? 'A reason that is long enough to take a second line on a narrow telephone.' : 'Short.'}
          />
        )}
      />
    </Screen>
  );
}
