/** Findings of a finished scan: tree at the left, the chosen finding in the middle, its facts at the right. */
import { useDeferredValue, useMemo, useState } from 'react';
import { useEndpointPages } from '../../../client/use-endpoint-pages.ts';
import { formatNumber, plural } from '../../../ui/format.ts';
import { inertLine } from '../../../ui/inert.ts';
import { EmptyNote, Loaded } from '../../../ui/loaded.tsx';
import { useQueryValues } from '../../../ui/query-state.ts';
import { type FileOfScan, listScanFiles, listScanFindings, type Scan } from '../contract.ts';
import { FindingList } from './finding-list.tsx';
import { FindingRail } from './finding-rail.tsx';
import { FindingView } from './finding-view.tsx';
import { ScanFileTree } from './scan-file-tree.tsx';
import { noTreeFilter, type TreeFilter, treeQuery } from './tree-filter.tsx';

const queryNames = ['file', 'under', 'finding'] as const;

export function ScanFindings({ scan }: { scan: Scan }) {
  const [{ file: path, under, finding: findingId }, setQuery] = useQueryValues(queryNames);
  const setFinding = (id: string): void => setQuery({ finding: id });
  const [filter, setFilter] = useState<TreeFilter>(noTreeFilter);
  const text = useDeferredValue(filter.text.trim());
  const files = useEndpointPages(listScanFiles, { id: scan.id, limit: 500, ...treeQuery({ ...filter, text }) });
  const place = path !== null ? { path } : under !== null ? { under } : {};
  const findings = useEndpointPages(listScanFindings, { id: scan.id, limit: 200, ...place }, { live: ['model-scanner.suppression'] });
  const chosen = useMemo(() => findings.rows.find(({ id }) => id === findingId) ?? findings.rows[0], [findings.rows, findingId]);
  const index = chosen === undefined ? -1 : findings.rows.indexOf(chosen);
  const step = (by: number): void => {
    const next = findings.rows[index + by];
    if (next !== undefined) setFinding(next.id);
    if (index + by > findings.rows.length - 20) findings.loadMore();
  };
  const choosePlace = (next: string | null, isFolder: boolean): void => {
    setQuery({ file: isFolder ? null : next, under: isFolder ? next : null, finding: null });
  };
  return (
    <div className="grid min-w-0 border-t border-line desk:min-h-[calc(100dvh-8.25rem)] desk:grid-cols-[minmax(220px,264px)_minmax(0,1fr)] wide:grid-cols-[264px_minmax(0,1fr)_272px]">
      <ScanFileTree
        scan={scan}
        files={files}
        outline={files.firstPage?.outline ?? null}
        selected={path ?? under}
        onSelect={choosePlace}
        filter={filter}
        onFilter={setFilter}
      />
      <div className="min-w-0 border-line desk:border-l">
        <Loaded answer={findings} waitsFor="the findings" empty={<NoFindings scan={scan} path={path ?? under} files={files.rows} />}>
          {(rows) =>
            chosen === undefined ? null : (
              <>
                {rows.length > 1 && (
                  <FindingList rows={rows} chosen={chosen.id} total={findings.total ?? rows.length} onChoose={setFinding} />
                )}
                <FindingView
                  key={chosen.id}
                  finding={chosen}
                  place={{ index: index + 1, of: findings.total ?? rows.length }}
                  onPrevious={index > 0 ? () => step(-1) : undefined}
                  onNext={index < rows.length - 1 ? () => step(1) : undefined}
                />
              </>
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

function NoFindings({ scan, path, files }: { scan: Scan; path: string | null; files: readonly FileOfScan[] }) {
  const file = files.find((one) => one.path === path);
  if (file !== undefined && file.unread.length > 0) {
    return (
      <EmptyNote kind="nothing-yet" title={`${inertLine(file.path, 200)} was not read to the end`}>
        {file.unread.map(({ detail }) => inertLine(detail, 300)).join(' ')} It counts as unknown, not as clean.
      </EmptyNote>
    );
  }
  return (
    <EmptyNote kind="all-clear" title={path === null ? 'No finding' : `No finding in ${inertLine(path, 200)}`}>
      {file === undefined
        ? `${formatNumber(scan.filesRead)} of ${formatNumber(scan.filesTotal)} files were read.`
        : `Read as ${inertLine(file.format, 60)}.`}{' '}
      {scan.unreadCount !== null && scan.unreadCount > 0 && path === null
        ? `${plural(scan.unreadCount, 'part')} could not be read and stay unknown.`
        : ''}
    </EmptyNote>
  );
}
