/** Scans: what was looked at, with what verdict, and starting another. */

import { GitCompare } from 'lucide-react';
import { type DragEvent, type ReactNode, useState } from 'react';
import { useLocation } from 'wouter';
import { useSession } from '../../client/session.ts';
import { type EndpointPages, useEndpointPages } from '../../client/use-endpoint-pages.ts';
import { BulkBar } from '../../ui/bulk-bar.tsx';
import { Button, ButtonLink } from '../../ui/button.tsx';
import { definePage } from '../../ui/define-page.ts';
import type { FilterField } from '../../ui/filter.ts';
import { formatNumber, plural } from '../../ui/format.ts';
import { inertLine } from '../../ui/inert.ts';
import { ListRows, ListScreen } from '../../ui/list-screen.tsx';
import { EmptyNote } from '../../ui/loaded.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { SeverityShape, VerdictChip, VerdictShape } from '../../ui/severity.tsx';
import { Shape } from '../../ui/shape.tsx';
import { TwoLines } from '../../ui/table-body.tsx';
import type { Column } from '../../ui/table-column.ts';
import { PhoneRow } from '../../ui/table-phone.tsx';
import { Unknown } from '../../ui/tag.tsx';
import { type ListFilters, useAskedFilters } from '../../ui/use-asked-filters.ts';
import { listScans, type Scan } from './contract.ts';
import { StartScanDialog } from './scans/start-scan.tsx';
import { kindWord, scanName } from './sources/source-words.tsx';
import { droppedFiles } from './uploads/dropped-files.tsx';
import type { ChosenFile } from './uploads/upload-files.tsx';

const fields: FilterField[] = [
  {
    key: 'verdict',
    label: 'verdict',
    kind: 'choice',
    choices: ['malicious', 'suspicious', 'incomplete', 'risky', 'clean', 'unsupported'].map((value) => ({ value, label: value })),
  },
  {
    key: 'state',
    label: 'state',
    kind: 'choice',
    choices: ['queued', 'running', 'done', 'failed', 'cancelled'].map((value) => ({ value, label: value })),
  },
];
const byId = (scan: Scan): string => scan.id;
const byName = scanName;
const placeOf = (scan: Scan): string => `/model-scanner/${scan.id}`;

const columns: Column<Scan>[] = [
  { id: 'verdict', head: 'Verdict', headHidden: true, width: 44, cell: (scan) => <StateShape scan={scan} /> },
  {
    id: 'path',
    head: 'What was scanned',
    primary: true,
    cell: (scan) => <TwoLines title={scanName(scan)} second={inertLine(scan.path, 400)} mono />,
  },
  { id: 'word', head: 'Verdict', width: 128, cell: (scan) => <Outcome scan={scan} /> },
  { id: 'findings', head: 'Findings', width: 220, hideUnder: 760, cell: ({ counts }) => <Counts counts={counts} /> },
  { id: 'source', head: 'From', width: 110, hideUnder: 980, cell: ({ source }) => <span className="text-ink-2">{kindWord(source)}</span> },
  { id: 'trigger', head: 'Started by', width: 100, hideUnder: 900, cell: ({ trigger }) => <span className="text-ink-2">{trigger}</span> },
  { id: 'files', head: 'Files read', width: 110, align: 'right', hideUnder: 640, cell: (scan) => <Files scan={scan} /> },
  { id: 'at', head: 'When', width: 120, align: 'right', cell: ({ createdAt }) => <RelativeTime at={createdAt} form="age" /> },
];

function ScansPage() {
  const filters = useAskedFilters(fields, listScans.input);
  const list = useEndpointPages(listScans, { limit: 50, ...filters.asked }, { live: ['model-scanner.', 'job.'] });
  const [starting, setStarting] = useState<readonly ChosenFile[] | null>(null);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [, go] = useLocation();
  const mayStart = useSession().can('model-scanner:create');
  const start = mayStart ? (
    <Button kind="primary" onClick={() => setStarting([])}>
      Scan models
    </Button>
  ) : undefined;
  return (
    <ListScreen
      title="Model scanner"
      subtitle="What loading a model file would do, read from its bytes without loading it."
      actions={<PageActions>{start}</PageActions>}
      list={list}
      filters={filters}
      placeholder="Path"
      order="Newest first"
    >
      <DropPlace onDrop={mayStart ? setStarting : undefined}>
        <ScanTable list={list} filters={filters} start={start} selected={selected} onSelect={setSelected} />
        <CompareBar rows={list.rows} selected={selected} total={list.total} onClear={() => setSelected(new Set())} />
      </DropPlace>
      <StartScanDialog
        open={starting !== null}
        dropped={starting ?? []}
        onClose={() => setStarting(null)}
        onStarted={(scan) => go(placeOf(scan))}
      />
    </ListScreen>
  );
}

function PageActions({ children }: { children: ReactNode }) {
  return (
    <>
      <ButtonLink to="/model-scanner/rules" kind="quiet">
        Rules
      </ButtonLink>
      <ButtonLink to="/model-scanner/suppressions" kind="quiet">
        Suppressed
      </ButtonLink>
      <ButtonLink to="/model-scanner/schedules" kind="quiet">
        Schedules
      </ButtonLink>
      {children}
    </>
  );
}

/** Files dropped anywhere on the list open the dialog with them. */
function DropPlace({ onDrop, children }: { onDrop: ((files: readonly ChosenFile[]) => void) | undefined; children: ReactNode }) {
  const drop = async (event: DragEvent): Promise<void> => {
    if (onDrop === undefined || !event.dataTransfer.types.includes('Files')) return;
    event.preventDefault();
    onDrop(await droppedFiles(event.dataTransfer));
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is a second way; the button above does the same
    <div onDragOver={(event) => event.preventDefault()} onDrop={(event) => void drop(event)} className="flex flex-1 flex-col">
      {children}
    </div>
  );
}

type CompareBarProps = { rows: readonly Scan[]; selected: ReadonlySet<string>; total: number | undefined; onClear: () => void };
/** Two finished scans side by side; ids are in the order of time. */
function CompareBar({ rows, selected, total, onClear }: CompareBarProps) {
  const [, go] = useLocation();
  const chosen = rows.filter(({ id }) => selected.has(id));
  const [a, b] = chosen.map(({ id }) => id).toSorted();
  const isReady = chosen.length === 2 && chosen.every(({ state }) => state === 'done');
  return (
    <BulkBar selected={selected.size} total={total} onClear={onClear}>
      <Button
        icon={GitCompare}
        {...(isReady ? {} : { refused: 'Select two finished scans' })}
        onClick={() => go(`/model-scanner/compare?a=${a}&b=${b}`)}
      >
        Compare two scans
      </Button>
    </BulkBar>
  );
}

type ScanTableProps = {
  selected: ReadonlySet<string>;
  onSelect: (ids: ReadonlySet<string>) => void;
  list: EndpointPages<Scan>;
  filters: ListFilters;
  start: ReactNode;
};
function ScanTable({ list, filters, start, selected, onSelect }: ScanTableProps) {
  const [, go] = useLocation();
  return (
    <ListRows
      label="Scans"
      list={list}
      filters={filters}
      noMatch="No scan matches"
      empty={
        <EmptyNote title="No scan has run" actions={start}>
          A scan opens every model file below a folder: pickles, checkpoints, ONNX, GGUF, Keras and what is packed inside them.
        </EmptyNote>
      }
      rowId={byId}
      rowName={byName}
      rowTo={placeOf}
      onOpen={(scan) => go(placeOf(scan))}
      columns={columns}
      selection={{ ids: selected, onChange: onSelect }}
      viewKey="scans"
      phone={(scan) => (
        <PhoneRow
          shape={<StateShape scan={scan} />}
          title={scanName(scan)}
          to={placeOf(scan)}
          reason={<Outcome scan={scan} />}
          owner={
            <>
              <Files scan={scan} /> files read
            </>
          }
          due={<RelativeTime at={scan.createdAt} form="age" />}
        />
      )}
    />
  );
}

export function StateShape({ scan: { state, verdict } }: { scan: Scan }) {
  if (verdict !== null) return <VerdictShape verdict={verdict} />;
  if (state === 'running' || state === 'queued') return <Shape name="in-progress" tone="accent" label={state} />;
  return <Shape name="unknown" tone="unknown" label={state} />;
}

function Outcome({ scan }: { scan: Scan }) {
  if (scan.verdict !== null) return <VerdictChip verdict={scan.verdict} />;
  if (scan.state === 'running' && scan.progress !== null)
    return (
      <span className="text-ink-2 tabular-nums">{`${formatNumber(scan.progress.filesDone)} of ${scan.progress.filesTotal === null ? 'unknown' : formatNumber(scan.progress.filesTotal)}`}</span>
    );
  return <span className="text-ink-2">{scan.state}</span>;
}

function Counts({ counts }: Pick<Scan, 'counts'>) {
  if (counts === null) return <Unknown />;
  const words = (['critical', 'high', 'medium', 'low', 'informational'] as const).filter((severity) => counts[severity] > 0);
  if (words.length === 0) return <span className="text-ink-2">none</span>;
  return (
    <span className="inline-flex items-center gap-3 tabular-nums">
      {words.map((severity) => (
        <span key={severity} className="inline-flex items-center gap-1">
          <SeverityShape severity={severity} size={12} /> {formatNumber(counts[severity])}
        </span>
      ))}
    </span>
  );
}

function Files({ scan: { filesRead, filesTotal, unreadCount } }: { scan: Scan }) {
  if (filesRead === null || filesTotal === null) return <Unknown />;
  return (
    <span
      className="text-ink-2 tabular-nums"
      title={unreadCount === null || unreadCount === 0 ? undefined : `${plural(unreadCount, 'part')} unread`}
    >
      {formatNumber(filesRead)} of {formatNumber(filesTotal)}
    </span>
  );
}

export default definePage({
  path: '/model-scanner',
  title: 'Model scanner',
  permission: 'model-scanner:read',
  group: 'Find',
  icon: 'file-search',
  order: 3,
  Page: ScansPage,
});
