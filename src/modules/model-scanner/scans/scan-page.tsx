/** One scan: verdict line, files with their worst state, the finding in the middle, facts at the side. */
import { CalendarClock, Download, RefreshCw } from 'lucide-react';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { linkTo } from '../../../client/request.ts';
import { useSession } from '../../../client/session.ts';
import { useChange } from '../../../client/use-change.ts';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { Button } from '../../../ui/button.tsx';
import { definePage, type PageParams } from '../../../ui/define-page.ts';
import { formatBytes, formatNumber, plural } from '../../../ui/format.ts';
import { inertLine } from '../../../ui/inert.ts';
import { EmptyNote, Loaded, ProblemNote } from '../../../ui/loaded.tsx';
import { Menu } from '../../../ui/menu.tsx';
import { useQueryValue } from '../../../ui/query-state.ts';
import { FullTime } from '../../../ui/relative-time.tsx';
import { Screen } from '../../../ui/screen.tsx';
import { VerdictChip } from '../../../ui/severity.tsx';
import { Shape } from '../../../ui/shape.tsx';
import { Tabs } from '../../../ui/tabs.tsx';
import { formatDuration } from '../../../ui/time.ts';
import { getScan, listScans, type ReportFormat, rescan, type Scan, scanReport } from '../contract.ts';
import { ScheduleDialog } from '../schedules/schedule-dialog.tsx';
import { scanName } from '../sources/source-words.tsx';
import { ScanFindings } from './scan-findings.tsx';
import { ScanRunning } from './scan-running.tsx';
import { ScanUnread } from './scan-unread.tsx';

function ScanPage({ params }: { params: PageParams }) {
  const id = params['id'] ?? '';
  const scan = useEndpoint(getScan, { id }, { live: ['model-scanner.', 'job.'] });
  const name = scan.data === undefined ? 'Scan' : scanName(scan.data);
  return (
    <Screen
      title={name}
      path={[{ label: 'Model scanner', to: '/model-scanner' }]}
      facts={scan.data === undefined ? undefined : <ScanFacts scan={scan.data} />}
      actions={scan.data === undefined ? undefined : <ScanActions scan={scan.data} />}
    >
      <Loaded answer={scan} waitsFor="the scan">
        {(data) => {
          if (data.state === 'done') return <ScanResultView scan={data} />;
          return data.state === 'queued' || data.state === 'running' ? <ScanRunning scan={data} /> : <NoResult scan={data} />;
        }}
      </Loaded>
    </Screen>
  );
}

function ScanFacts({ scan }: { scan: Scan }) {
  const { verdict, filesRead, filesTotal, unreadCount, bytesRead, durationMs, finishedAt, createdAt, rulesVersion } = scan;
  return (
    <>
      {verdict === null ? <span>{scan.state}</span> : <VerdictChip verdict={verdict} />}
      {filesRead !== null && filesTotal !== null && (
        <span className="tabular-nums">
          {formatNumber(filesRead)} of {plural(filesTotal, 'file')} read
        </span>
      )}
      {unreadCount !== null && unreadCount > 0 && (
        <span className="inline-flex items-center gap-1 font-name">
          <Shape name="unknown" tone="unknown" /> {formatNumber(unreadCount)} unread
        </span>
      )}
      {bytesRead !== null && <span>{formatBytes(bytesRead)}</span>}
      {durationMs !== null && <span>{formatDuration(durationMs)}</span>}
      <FullTime at={finishedAt ?? createdAt} />
      {scan.profile !== 'standard' && <span>{scan.profile} profile</span>}
      {rulesVersion !== null && (
        <span className="mono text-code text-ink-3" title={rulesVersion}>
          rules {rulesVersion.slice(0, 8)}
        </span>
      )}
    </>
  );
}

const reports: readonly { format: ReportFormat; label: string; version?: '1.7' }[] = [
  { format: 'sarif', label: 'SARIF 2.1.0' },
  { format: 'json', label: 'JSON' },
  { format: 'html', label: 'HTML' },
  { format: 'cyclonedx', label: 'CycloneDX 1.6' },
  { format: 'cyclonedx', label: 'CycloneDX 1.7', version: '1.7' },
];

function ScanActions({ scan }: { scan: Scan }) {
  const { can } = useSession();
  const [, go] = useLocation();
  const [isScheduling, setScheduling] = useState(false);
  const again = useChange(rescan, { onDone: (next) => go(`/model-scanner/${next.id}`) });
  const isOver = scan.state !== 'queued' && scan.state !== 'running';
  const isUpload = 'upload' in scan.source;
  return (
    <>
      {scan.state === 'done' && (
        <>
          <CompareMenu scan={scan} />
          <Menu
            trigger={<Button icon={Download}>Report</Button>}
            items={reports.map(({ format, label, version }) => ({
              label,
              run: () => window.location.assign(linkTo(scanReport, { id: scan.id, format, ...(version === undefined ? {} : { version }) })),
            }))}
          />
        </>
      )}
      {can('model-scanner:create') && !isUpload && (
        <Button icon={CalendarClock} onClick={() => setScheduling(true)}>
          Schedule
        </Button>
      )}
      {can('model-scanner:create') && isOver && !isUpload && (
        <Button icon={RefreshCw} busy={again.isRunning && 'Starting…'} onClick={() => void again.run({ id: scan.id })}>
          Scan again
        </Button>
      )}
      {again.problem !== null && <ProblemNote error={again.problem} />}
      {isScheduling && <ScheduleDialog source={scan.source} assetId={scan.assetId} onClose={() => setScheduling(false)} />}
    </>
  );
}

/** Other finished scans of the same source. */
function CompareMenu({ scan }: { scan: Scan }) {
  const [, go] = useLocation();
  const others = useEndpoint(listScans, { q: scan.path.slice(-200), state: 'done', limit: 20 });
  const same = (others.data?.items ?? []).filter(({ id, path }) => id !== scan.id && path === scan.path);
  if (same.length === 0) return null;
  return (
    <Menu
      trigger={<Button>Compare</Button>}
      items={same.slice(0, 10).map((other) => {
        const [a, b] = other.id < scan.id ? [other.id, scan.id] : [scan.id, other.id];
        return {
          label: `${new Date(other.createdAt).toISOString().slice(0, 16).replace('T', ' ')} UTC`,
          note: other.verdict ?? 'unknown',
          run: () => go(`/model-scanner/compare?a=${a}&b=${b}`),
        };
      })}
    />
  );
}

function NoResult({ scan }: { scan: Scan }) {
  const failed = scan.state === 'failed';
  return (
    <EmptyNote kind="no-match" title={failed ? 'The scan failed' : 'The scan was stopped'}>
      {scan.problem === null ? 'It has no result. Scan again to get one.' : inertLine(scan.problem.detail, 600)}
    </EmptyNote>
  );
}

function ScanResultView({ scan }: { scan: Scan }) {
  const [view, setView] = useQueryValue('view');
  const unread = scan.unreadCount ?? 0;
  if (unread === 0) return <ScanFindings scan={scan} />;
  return (
    <Tabs
      label="Parts of the result"
      value={view === 'unread' ? 'unread' : 'findings'}
      onChange={(id) => setView(id === 'unread' ? id : null, { step: true })}
      tabs={[
        { id: 'findings', label: 'Findings', content: <ScanFindings scan={scan} /> },
        { id: 'unread', label: 'Not read', count: unread, content: <ScanUnread scan={scan} /> },
      ]}
    />
  );
}

export default definePage({
  path: '/model-scanner/:id',
  title: 'Scan',
  permission: 'model-scanner:read',
  group: null,
  icon: 'file-search',
  order: 0,
  Page: ScanPage,
});
