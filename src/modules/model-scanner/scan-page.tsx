/** One scan: verdict line, files with their worst state, the finding in the middle, facts at the side. */
import { RefreshCw } from 'lucide-react';
import { useMemo, useState } from 'react';
import { useLocation } from 'wouter';
import { linkTo } from '../../client/request.ts';
import { useSession } from '../../client/session.ts';
import { useChange } from '../../client/use-change.ts';
import { useEndpoint } from '../../client/use-endpoint.ts';
import { useEndpointPages } from '../../client/use-endpoint-pages.ts';
import { Button } from '../../ui/button.tsx';
import { definePage, type PageParams } from '../../ui/define-page.ts';
import { formatBytes, formatNumber, plural } from '../../ui/format.ts';
import { EmptyNote, Loaded, ProblemNote } from '../../ui/loaded.tsx';
import { Menu } from '../../ui/menu.tsx';
import { Progress } from '../../ui/progress.tsx';
import { useQueryValue } from '../../ui/query-state.ts';
import { FullTime } from '../../ui/relative-time.tsx';
import { Screen } from '../../ui/screen.tsx';
import { VerdictChip } from '../../ui/severity.tsx';
import { Shape } from '../../ui/shape.tsx';
import { formatDuration } from '../../ui/time.ts';
import { cancelScan, getScan, listScanFiles, listScanFindings, rescan, type Scan, scanReport } from './contract.ts';
import { FindingRail, FindingView } from './finding-view.tsx';
import { ScanFileTree } from './scan-file-tree.tsx';

function ScanPage({ params }: { params: PageParams }) {
  const id = params['id'] ?? '';
  const scan = useEndpoint(getScan, { id }, { live: ['model-scanner.', 'job.'] });
  const name = scan.data?.path.split('/').at(-1) ?? 'Scan';
  return (
    <Screen
      title={name}
      path={[{ label: 'Model scanner', to: '/model-scanner' }]}
      facts={scan.data === undefined ? undefined : <ScanFacts scan={scan.data} />}
      actions={scan.data === undefined ? undefined : <ScanActions scan={scan.data} />}
    >
      <Loaded answer={scan} waitsFor="the scan">
        {(data) => (data.state === 'done' ? <ScanResultView scan={data} /> : <NotDone scan={data} />)}
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
      {rulesVersion !== null && <span className="mono text-code text-ink-3">rules {rulesVersion}</span>}
    </>
  );
}

function ScanActions({ scan }: { scan: Scan }) {
  const { can } = useSession();
  const [, go] = useLocation();
  const again = useChange(rescan, { onDone: (next) => go(`/model-scanner/${next.id}`) });
  return (
    <>
      {scan.state === 'done' && (
        <Menu
          trigger={<Button>Export</Button>}
          items={(['sarif', 'json'] as const).map((format) => ({
            label: format === 'sarif' ? 'SARIF 2.1.0' : 'JSON',
            run: () => window.location.assign(linkTo(scanReport, { id: scan.id, format })),
          }))}
        />
      )}
      {can('model-scanner:create') && scan.state !== 'queued' && scan.state !== 'running' && (
        <Button icon={RefreshCw} busy={again.isRunning && 'Starting…'} onClick={() => void again.run({ id: scan.id })}>
          Scan again
        </Button>
      )}
    </>
  );
}

function NotDone({ scan }: { scan: Scan }) {
  const { can } = useSession();
  const cancel = useChange(cancelScan);
  const runs = scan.state === 'queued' || scan.state === 'running';
  if (!runs) {
    const failed = scan.state === 'failed';
    return (
      <EmptyNote kind="no-match" title={failed ? 'The scan failed' : 'The scan was stopped'}>
        {scan.problem === null ? 'It has no result. Scan again to get one.' : scan.problem.detail}
      </EmptyNote>
    );
  }
  return (
    <div className="max-w-160 px-4 py-5 tablet:px-6">
      <Progress
        label={scan.state === 'queued' ? 'Waiting for a worker' : 'Scanning'}
        facts={{
          done: scan.progress?.filesDone ?? 0,
          total: scan.progress?.filesTotal ?? null,
          unit: 'files',
          note: scan.progress?.current ?? null,
        }}
        isCancelling={cancel.isRunning}
        {...(can('model-scanner:update') ? { onCancel: () => void cancel.run({ id: scan.id }) } : {})}
      />
      <p className="mt-3 text-ink-3">It goes on when you leave this page; the list shows how it ends.</p>
      {cancel.problem !== null && <ProblemNote error={cancel.problem} />}
    </div>
  );
}

function ScanResultView({ scan }: { scan: Scan }) {
  const [path, setPath] = useQueryValue('file');
  const [findingId, setFinding] = useQueryValue('finding');
  const [onlyFindings, setOnlyFindings] = useState(false);
  const files = useEndpointPages(listScanFiles, { id: scan.id, limit: 500 });
  const findings = useEndpointPages(listScanFindings, { id: scan.id, limit: 200, ...(path === null ? {} : { path }) });
  const chosen = useMemo(() => findings.rows.find(({ id }) => id === findingId) ?? findings.rows[0], [findings.rows, findingId]);
  const index = chosen === undefined ? -1 : findings.rows.indexOf(chosen);
  const step = (by: number): void => {
    const next = findings.rows[index + by];
    if (next !== undefined) setFinding(next.id);
  };
  return (
    <div className="grid min-w-0 border-t border-line desk:min-h-[calc(100dvh-8.25rem)] desk:grid-cols-[minmax(220px,264px)_minmax(0,1fr)] wide:grid-cols-[264px_minmax(0,1fr)_272px]">
      <ScanFileTree
        scan={scan}
        files={files}
        selected={path}
        onSelect={(next) => {
          setPath(next);
          setFinding(null);
        }}
        onlyFindings={onlyFindings}
        onOnlyFindings={setOnlyFindings}
      />
      <div className="min-w-0 border-line desk:border-l">
        <Loaded answer={findings} waitsFor="the findings" empty={<NoFindings scan={scan} path={path} files={files.rows} />}>
          {() =>
            chosen === undefined ? null : (
              <FindingView
                finding={chosen}
                place={{ index: index + 1, of: findings.total ?? findings.rows.length }}
                onPrevious={index > 0 ? () => step(-1) : undefined}
                onNext={index < findings.rows.length - 1 ? () => step(1) : undefined}
              />
            )
          }
        </Loaded>
      </div>
      <div className="min-w-0 border-line bg-canvas wide:border-l">
        {chosen === undefined ? null : <FindingRail finding={chosen} scan={scan} />}
      </div>
    </div>
  );
}

function NoFindings({
  scan,
  path,
  files,
}: {
  scan: Scan;
  path: string | null;
  files: readonly { path: string; format: string; unread: readonly { detail: string }[] }[];
}) {
  const file = files.find((one) => one.path === path);
  if (file !== undefined && file.unread.length > 0) {
    return (
      <EmptyNote kind="nothing-yet" title={`${file.path} was not read to the end`}>
        {file.unread.map(({ detail }) => detail).join(' ')} It counts as unknown, not as clean.
      </EmptyNote>
    );
  }
  return (
    <EmptyNote kind="all-clear" title={path === null ? 'No finding' : `No finding in ${path}`}>
      {file === undefined
        ? `${formatNumber(scan.filesRead)} of ${formatNumber(scan.filesTotal)} files were read.`
        : `Read as ${file.format}.`}{' '}
      {scan.unreadCount !== null && scan.unreadCount > 0 && path === null
        ? `${plural(scan.unreadCount, 'part')} could not be read and stay unknown.`
        : ''}
    </EmptyNote>
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
