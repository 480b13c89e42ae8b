/** A fix-first queue with rail and figures, in the manner of a dashboard. */
import { ChevronDown, Layers } from 'lucide-react';
import { Person } from '../../src/ui/avatar.tsx';
import { BarRows, Bars } from '../../src/ui/bars.tsx';
import { Button, FigureLink, TextLink } from '../../src/ui/button.tsx';
import { CoverageBar } from '../../src/ui/coverage-bar.tsx';
import { DataTable } from '../../src/ui/data-table.tsx';
import { DueBar } from '../../src/ui/due-bar.tsx';
import { formatSigned } from '../../src/ui/format.ts';
import { Keys } from '../../src/ui/kbd.tsx';
import { Mark } from '../../src/ui/mark.tsx';
import { Menu } from '../../src/ui/menu.tsx';
import { Delta, MovementLedger, movementSum } from '../../src/ui/movement.tsx';
import { Screen } from '../../src/ui/screen.tsx';
import { Columns, Figure, Section } from '../../src/ui/section.tsx';
import { SeverityShape, SeverityWord } from '../../src/ui/severity.tsx';
import type { Column } from '../../src/ui/table-column.ts';
import { PhoneRow } from '../../src/ui/table-phone.tsx';
import { toast } from '../../src/ui/toast-store.ts';
import { TrendLine } from '../../src/ui/trend-line.tsx';
import type { MarkName, Severity } from '../../src/ui/words.ts';

const hour = 3_600_000;
const now = Date.now();
type Fix = {
  id: string;
  severity: Severity;
  title: string;
  reason: string;
  mark: MarkName;
  ends: string;
  owner: string | null;
  due: number | null;
  start: number;
  points: number;
  verb: string;
};
const fix = (
  id: string,
  severity: Severity,
  title: string,
  reason: string,
  mark: MarkName,
  ends: string,
  owner: string | null,
  dueHours: number | null,
  points: number,
  verb: string,
): Fix => ({
  id,
  severity,
  title,
  reason,
  mark,
  ends,
  owner,
  due: dueHours === null ? null : now + dueHours * hour,
  start: now - 30 * hour,
  points,
  verb,
});
const fixes: Fix[] = [
  fix(
    '1',
    'critical',
    'Roll claims-triage back to 4.1',
    'Loading 4.2 runs a shell command, in production.',
    'static',
    'ends 3 vulnerabilities, 2 attack paths',
    'Tobias Lindqvist',
    8.4,
    4.6,
    'Roll back',
  ),
  fix(
    '2',
    'critical',
    'Pin 4 tools on quotes-mcp',
    'A tool changed after approval and can send payments.',
    'observed',
    'ends 4 vulnerabilities, 3 attack paths',
    'Aiko Brandt',
    26,
    2.3,
    'Review diff',
  ),
  fix(
    '3',
    'high',
    'Rotate the storage key in intake-docs',
    'A live key sits in a notebook 31 people can read.',
    'static',
    'ends 1 vulnerability, 5 attack paths',
    null,
    55,
    1.9,
    'Assign',
  ),
  fix(
    '4',
    'high',
    'Upgrade torchlite to 1.8.5 on 17 assets',
    'CVE-2099-20417: EPSS rose 2 % to 61 % in 5 days.',
    'imported',
    'ends 17 vulnerabilities',
    'Priya Raman',
    150,
    1.7,
    'Open',
  ),
  fix(
    '5',
    'medium',
    'Claim or block 2 unknown endpoints',
    'They answered 4,120 calls. Nobody registered them.',
    'observed',
    'ends 2 vulnerabilities, 1 attack path',
    'Sami Korhonen',
    270,
    1.2,
    'Claim',
  ),
  fix(
    '6',
    'unknown',
    'Find out who can reach tariff-quotes',
    'Priority 72 lies in 64–81 until exposure is known.',
    'inferred',
    'ends 1 vulnerability',
    'Aiko Brandt',
    null,
    0.8,
    'Check',
  ),
];

const press = (row: Fix) => () => toast({ text: `${row.verb}: ${row.title}`, undo: () => toast({ text: 'Undone' }) });
const columns: Column<Fix>[] = [
  {
    id: 'severity',
    head: 'Severity',
    headHidden: true,
    width: 46,
    top: true,
    cell: (row) => <SeverityShape severity={row.severity} size={15} />,
  },
  {
    id: 'action',
    head: 'Action and reason',
    primary: true,
    cell: (row) => (
      <span className="block py-1">
        <span className="block truncate text-row font-row" title={row.title}>
          {row.title}
        </span>
        <span className="block truncate text-ink-2" title={row.reason}>
          {row.reason}
        </span>
        <span className="flex items-center gap-2 text-ink-2">
          <Mark mark={row.mark} />
          {row.ends}
        </span>
      </span>
    ),
  },
  { id: 'owner', head: 'Owner', width: 150, hideUnder: 620, cell: (row) => <Person name={row.owner} /> },
  { id: 'due', head: 'Due', width: 104, cell: (row) => <DueBar due={row.due} start={row.start} width={84} /> },
  {
    id: 'points',
    head: 'Points won',
    width: 92,
    align: 'right',
    cell: (row) => (
      <span className="inline-block w-full">
        <b className="font-strong text-ok-ink">{formatSigned(row.points, { digits: 1 })}</b>
        <span
          aria-hidden="true"
          className="measure mt-1 ml-auto block h-[3px] rounded-round bg-ok"
          style={{ width: `${(row.points / 4.6) * 100}%` }}
        />
      </span>
    ),
  },
  {
    id: 'button',
    head: 'Act',
    headHidden: true,
    width: 126,
    cell: (row) => (
      <Button wide kind={row.id === '1' ? 'primary' : 'secondary'} onClick={press(row)}>
        {row.verb}
      </Button>
    ),
  },
];
const byId = (row: Fix) => row.id;
const byTitle = (row: Fix) => row.title;

const day = 24 * hour;
const posture = [
  75, 74.6, 74.8, 75.4, 75.2, 74.6, 74.7, 74.1, 73.4, 73.6, 73.8, 73.3, 72.9, 73.3, 73.7, 73.5, 72.9, 72.6, 73, 73.2, 72.8, 72.3, 72, 72.4,
  71.8, 71.9, 72.1, 71.6, 71.8, 68.4,
].map((value, place) => ({ at: now - (29 - place) * day, value }));
const movements = [
  {
    id: 'a',
    delta: -4.6,
    cause: 'Shell command in claims-triage 4.2',
    at: new Date(now - 15 * hour).toISOString(),
    to: '/vulnerabilities',
  },
  { id: 'b', delta: -0.9, cause: 'EPSS import raised 6 priorities', at: new Date(now - 4 * hour).toISOString() },
  { id: 'c', delta: -0.5, cause: 'embed-notes scan older than 30 days', at: new Date(now - 10 * hour).toISOString() },
  { id: 'd', delta: 1.7, cause: 'ledger-mcp tools pinned', at: new Date(now - 17 * hour).toISOString() },
  { id: 'e', delta: 0.9, cause: 'draft-scorer retired', at: new Date(now - 22 * hour).toISOString() },
];
const opened = [7, 5, 9, 6, 4, 2, 1, 8, 6, 10, 7, 12, 3, 17];
const resolved = [6, 6, 7, 5, 5, 1, 0, 6, 9, 8, 6, 8, 2, 6];

export function DashboardScene() {
  return (
    <Screen
      title="Fix first"
      subtitle={<>12 actions together would lift posture from 68.4 to 83.1. One is due today.</>}
      actions={
        <>
          <Menu
            items={[
              { label: 'Production', chosen: true, run: () => undefined },
              { label: 'Everything', chosen: false, run: () => undefined },
            ]}
            trigger={
              <Button icon={Layers} after={<ChevronDown size={14} aria-hidden="true" />}>
                Production
              </Button>
            }
          />
          <Button after={<ChevronDown size={14} aria-hidden="true" />}>Since yesterday</Button>
        </>
      }
      rail={<Rail />}
    >
      <DataTable
        label="Actions"
        density="queue"
        rows={fixes}
        rowId={byId}
        rowName={byTitle}
        columns={columns}
        onOpen={(row) => toast({ text: `Opened ${row.title}` })}
        phone={(row, { first }) => (
          <PhoneRow
            shape={<SeverityShape severity={row.severity} size={15} />}
            title={row.title}
            figure={<span className="text-ok-ink">{formatSigned(row.points, { digits: 1 })}</span>}
            reason={row.reason}
            owner={<Person name={row.owner} />}
            due={<DueBar due={row.due} start={row.start} width={84} />}
            actions={
              first ? (
                <>
                  <Button kind="primary" onClick={press(row)}>
                    {row.verb}
                  </Button>
                  <Button>Assign</Button>
                </>
              ) : undefined
            }
          />
        )}
      />
      <div className="flex items-center justify-between border-b border-line px-4 py-2 tablet:px-6">
        <TextLink to="/mine">6 more actions</TextLink>
        <span className="hidden items-center gap-4 text-ink-2 tablet:flex">
          <span className="inline-flex items-center gap-1.5">
            <Keys keys="j" />
            <Keys keys="k" /> move
          </span>
          <span className="inline-flex items-center gap-1.5">
            <Keys keys="Enter" /> peek
          </span>
          <span className="inline-flex items-center gap-1.5">
            <Keys keys="?" /> all keys
          </span>
        </span>
      </div>
      <Columns tracks="1.05fr 0.96fr 0.96fr">
        <Section title="Opened and resolved">
          <p className="pb-3">
            <Figure value={<FigureLink to="/vulnerabilities">182</FigureLink>} words="opened" />{' '}
            <Figure value="143" words="resolved, 14 days" />
          </p>
          <Bars
            label="Opened and resolved"
            series={[
              { name: 'Opened', colour: 'c5' },
              { name: 'Resolved and verified', colour: 'c1' },
            ]}
            groups={opened.map((value, place) => ({ at: now - (13 - place) * day, values: [value, resolved[place] ?? null] }))}
          />
        </Section>
        <Section title="Due dates kept">
          <p className="pb-3">
            <Figure value="91 %" words="of 148 that fell due" />
          </p>
          <BarRows
            rows={[
              { id: 'critical', name: <SeverityWord severity="critical" />, share: 5 / 6, figure: '5 of 6' },
              { id: 'high', name: <SeverityWord severity="high" />, share: 37 / 42, figure: '37 of 42' },
              { id: 'medium', name: <SeverityWord severity="medium" />, share: 0.93, figure: '93 of 100' },
              { id: 'low', name: <SeverityWord severity="low" />, share: null, figure: 'unknown' },
            ]}
          />
          <p className="pt-3">
            <b className="font-strong text-critical-ink">11</b> overdue now, oldest 9 days
          </p>
        </Section>
        <Section title="Not covered">
          <p className="pb-3">
            <Figure value="58" words="of 412 assets are unknown" />
          </p>
          {[
            ['39 endpoints, no traffic seen', 'Connect'],
            ['14 models never scanned', 'Scan'],
            ['5 scans older than 30 days', 'Rescan'],
          ].map(([what = '', verb]) => (
            <p key={what} className="flex justify-between border-t border-line py-1.5">
              <span>{what}</span>
              <TextLink to="/discovery">{verb}</TextLink>
            </p>
          ))}
        </Section>
      </Columns>
    </Screen>
  );
}

function Rail() {
  return (
    <>
      <Section inset="rail" title="Posture" aside={<TextLink to="/risk">All changes</TextLink>}>
        <div className="flex items-center gap-3 pb-3">
          <span className="text-score font-strong tabular-nums">68.4</span>
          <Delta delta={-3.4} good="up" note="from 71.8 yesterday 09:42" />
        </div>
        <TrendLine
          label="Posture"
          points={posture}
          range={{ low: 65, high: 75 }}
          events={[{ at: now - 1.2 * day, label: 'yesterday 09:42' }]}
        />
        <div className="pt-3">
          <CoverageBar assessed={0.86} of="by weight" />
        </div>
      </Section>
      <Section inset="rail" title="Why it moved" aside={movementSum(movements)}>
        <MovementLedger movements={movements} good="up" />
      </Section>
      <Section inset="rail" title="Alerts now">
        <ul>
          {(
            [
              ['critical', 'Shell start blocked on scoring-7', 'claims-triage 4.2 • Block held, 41 ms', '2 min'],
              ['high', 'policy-helper called a tool it never used', 'send_letter • Waiting for you', '18 min'],
              ['medium', 'Query burst on tariff-quotes', '9.2 × usual rate • Watching', '41 min'],
            ] as const
          ).map(([severity, title, second, age]) => (
            <li key={title} className="flex gap-2.5 border-b border-line py-1.5 last:border-b-0">
              <span className="pt-1">
                <SeverityShape severity={severity} size={13} />
              </span>
              <span className="min-w-0 flex-1">
                <span className="block font-name">{title}</span>
                <span className="block text-label text-ink-2">{second}</span>
              </span>
              <span className="text-ink-2">{age}</span>
            </li>
          ))}
        </ul>
      </Section>
    </>
  );
}
