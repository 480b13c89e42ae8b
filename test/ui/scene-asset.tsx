/** One asset: risk, lineage, lists, distribution, intervals, timeline. */
import { Bot, Brain, Database, Download, Package, Server, Undo2, Wrench } from 'lucide-react';
import { useState } from 'react';
import { Person } from '../../src/ui/avatar.tsx';
import { Button, TextLink } from '../../src/ui/button.tsx';
import { DataTable } from '../../src/ui/data-table.tsx';
import { Distribution } from '../../src/ui/distribution.tsx';
import { DueBar } from '../../src/ui/due-bar.tsx';
import { FieldList } from '../../src/ui/field-list.tsx';
import { GraphPath } from '../../src/ui/graph-path.tsx';
import { Interval } from '../../src/ui/interval.tsx';
import { Mark } from '../../src/ui/mark.tsx';
import { Screen } from '../../src/ui/screen.tsx';
import { Columns, Section } from '../../src/ui/section.tsx';
import { SeverityChip, SeverityShape, StatusShape, VerdictShape } from '../../src/ui/severity.tsx';
import { PhoneRow } from '../../src/ui/table-phone.tsx';
import { Tabs } from '../../src/ui/tabs.tsx';
import { Tag } from '../../src/ui/tag.tsx';
import { Timeline } from '../../src/ui/timeline.tsx';

const now = Date.now();
const hour = 3_600_000;
const current = [3, 5, 9, 15, 20, 26, 31, 29, 24, 19, 14, 11, 9, 6];
const baseline = [5, 11, 19, 31, 36, 39, 36, 29, 19, 14, 7, 4, 2, 2];
const rows = [
  ['1', 'critical', 95, 'Loading 4.2 runs a shell command', 0.35],
  ['2', 'high', 70, 'Membership can be told at AUC 0.74', null],
  ['3', 'medium', 44, 'Selection rate differs by 0.12 between regions', 40],
] as const;
type Row = (typeof rows)[number];
const byId = (row: Row) => row[0];
const byTitle = (row: Row) => row[3];

export function AssetScene() {
  const [tab, setTab] = useState('overview');
  const tabs = [
    ['overview', 'Overview'],
    ['vulnerabilities', 'Vulnerabilities', 4],
    ['versions', 'Versions', 7],
    ['data', 'Data', 2],
    ['tests', 'Tests', 9],
    ['timeline', 'Timeline'],
  ] as const;
  return (
    <Screen
      title="claims-triage"
      path={[{ label: 'Assets', to: '/ai-assets' }]}
      lead={<Brain size={20} aria-hidden="true" />}
      facts={
        <>
          <SeverityChip severity="critical" word="Critical risk" />
          <Tag>model</Tag>
          <Tag>production</Tag>
          <Person name="Tobias Lindqvist" />
          <span>Claims</span>
          <span>version 4.2, since 11 May</span>
        </>
      }
      actions={
        <>
          <Button icon={Download}>AI-BOM</Button>
          <Button kind="primary" icon={Undo2}>
            Roll back to 4.1
          </Button>
        </>
      }
    >
      <Tabs
        label="Parts of the asset"
        value={tab}
        onChange={setTab}
        tabs={tabs.map(([id, label, count]) => ({
          id,
          label,
          count,
          content: id === 'overview' ? <Overview /> : <p className="px-6 py-6">{label}</p>,
        }))}
      />
    </Screen>
  );
}

function Overview() {
  return (
    <>
      <Columns tracks="1fr 2fr">
        <div className="flex items-center gap-4 px-4 py-4 tablet:px-6">
          <span className="text-score font-strong text-critical-ink tabular-nums">95</span>
          <p>
            <b className="font-strong">Risk, of 100</b>
            <br />
            <span className="text-ink-2">The worst vulnerability alone gives 95. The three others add less than 1.</span>
          </p>
        </div>
        <div className="px-4 py-4 tablet:px-6">
          <p className="text-row font-row">Version 4.2 starts a shell command when it is loaded.</p>
          <p className="text-ink-2">Rolling back to 4.1 ends it, brings risk to 72 and wins 4.6 posture points.</p>
        </div>
      </Columns>
      <Section band title="Lineage" note="As of today 09:42" aside={<TextLink to="/lineage">Open lineage</TextLink>}>
        <GraphPath
          label="Lineage"
          edges={[{ name: 'feeds' }, { name: 'made' }, { name: 'served by' }, { name: 'called by' }, { name: 'may use', isInferred: true }]}
          nodes={[
            {
              id: 'a',
              name: 'intake-docs',
              icon: Database,
              shape: <SeverityShape severity="medium" size={13} />,
              state: '9 columns drifted',
              to: '/ai-assets',
            },
            {
              id: 'b',
              name: 'triage-train',
              icon: Package,
              shape: <SeverityShape severity="high" size={13} />,
              state: 'unsigned build',
              to: '/ai-assets',
            },
            {
              id: 'c',
              name: 'claims-triage 4.2',
              icon: Brain,
              shape: <SeverityShape severity="critical" size={13} />,
              state: 'malicious',
              isCurrent: true,
            },
            {
              id: 'd',
              name: '/v1/triage',
              icon: Server,
              shape: <VerdictShape verdict="clean" size={13} />,
              state: 'nothing open',
              to: '/ai-assets',
            },
            {
              id: 'e',
              name: 'policy-helper',
              icon: Bot,
              shape: <SeverityShape severity="high" size={13} />,
              state: 'template depends on user text',
              to: '/ai-assets',
            },
            {
              id: 'f',
              name: 'send_letter',
              icon: Wrench,
              shape: <SeverityShape severity="unknown" size={13} />,
              state: 'never assessed',
              isUnknown: true,
              to: '/ai-assets',
            },
          ]}
        />
      </Section>
      <Columns tracks="1fr 1fr">
        <div>
          <Section title="Vulnerabilities" aside={<TextLink to="/vulnerabilities">All 4</TextLink>}>
            <div className="-mx-4 tablet:-mx-6">
              <DataTable
                label="Vulnerabilities"
                density="compact"
                rows={rows}
                rowId={byId}
                rowName={byTitle}
                columns={[
                  { id: 's', head: 'Severity', headHidden: true, width: 46, cell: (row) => <SeverityShape severity={row[1]} /> },
                  { id: 'p', head: 'P', width: 40, align: 'right', cell: (row) => <b className="font-strong">{row[2]}</b> },
                  {
                    id: 't',
                    head: 'What is wrong',
                    primary: true,
                    cell: (row) => <span className="block truncate font-name">{row[3]}</span>,
                  },
                  { id: 'm', head: 'Seen by', width: 84, cell: () => <Mark mark="static" /> },
                  {
                    id: 'd',
                    head: 'Due',
                    width: 92,
                    cell: (row) => <DueBar due={row[4] === null ? null : now + row[4] * 24 * hour} start={now - 15 * hour} />,
                  },
                  { id: 'x', head: 'Status', headHidden: true, width: 52, cell: () => <StatusShape status="open" /> },
                ]}
                phone={(row) => <PhoneRow shape={<SeverityShape severity={row[1]} />} title={row[3]} figure={row[2]} />}
              />
            </div>
          </Section>
          <Section title="Owner">
            <FieldList
              fields={[
                { label: 'Owner', value: 'Tobias Lindqvist' },
                { label: 'Deputy', value: null, reason: 'nobody named one' },
              ]}
            />
          </Section>
        </div>
        <div>
          <Section
            title="Training data"
            note="intake-docs, 7 days against baseline"
            aside={<TextLink to="/data-quality">Data quality</TextLink>}
          >
            <Distribution
              label="Claim amount"
              currentName="last 7 days"
              baselineName="baseline"
              axis="claim amount, € thousand"
              bins={current.map((share, place) => ({
                label: String(place * 2),
                current: share / 221,
                baseline: (baseline[place] ?? 0) / 254,
              }))}
            />
          </Section>
          <Section title="Tests" note="with 95 % intervals; the stroke is the limit" aside={<TextLink to="/data-quality">All 9</TextLink>}>
            <Interval
              name="Parity difference"
              value={0.12}
              low={0.09}
              high={0.15}
              limit={{ value: 0.1, words: 'limit 0.10' }}
              outcome="partly"
              range={{ low: 0, high: 0.3 }}
            />
            <Interval
              name="Accuracy under PGD"
              value={0.64}
              low={0.61}
              high={0.67}
              limit={{ value: 0.6, words: 'at least 0.60' }}
              outcome="met"
              range={{ low: 0.4, high: 0.8 }}
            />
            <Interval
              name="Membership AUC"
              value={0.74}
              low={0.71}
              high={0.77}
              limit={{ value: 0.6, words: 'limit 0.60' }}
              outcome="not-met"
              range={{ low: 0.5, high: 0.9 }}
            />
            <Interval name="Calibration" value={null} outcome="not-assessed" range={{ low: 0, high: 1 }} reason="no outcomes yet" />
          </Section>
          <Section title="What happened" aside={<TextLink to="/audit-logs">Timeline</TextLink>}>
            <Timeline
              label="What happened"
              entries={[
                {
                  id: '1',
                  at: new Date(now - hour).toISOString(),
                  sentence: 'Shell start blocked on scoring-7',
                  actor: 'gateway',
                  isMachine: true,
                },
                {
                  id: '2',
                  at: new Date(now - 16 * hour).toISOString(),
                  sentence: 'Scan 8841: malicious',
                  actor: 'model scanner',
                  isMachine: true,
                  shape: <SeverityShape severity="critical" size={13} />,
                },
                {
                  id: '3',
                  at: new Date(now - 40 * hour).toISOString(),
                  sentence: '4.2 promoted without a scan',
                  actor: 'Tobias Lindqvist',
                  isMachine: false,
                },
              ]}
            />
          </Section>
        </div>
      </Columns>
    </>
  );
}
