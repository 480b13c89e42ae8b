/** The scanned files as a tree: each with its verdict, folders with the worst of what they hold; filtered on the server. */
import { useCallback, useMemo, useRef } from 'react';
import type { EndpointPages } from '../../client/use-endpoint-pages.ts';
import { Button } from '../../ui/button.tsx';
import { type FileFacts, FileTree } from '../../ui/file-tree.tsx';
import { formatNumber, formatTotal } from '../../ui/format.ts';
import { inertLine } from '../../ui/inert.ts';
import { useKeys } from '../../ui/keys.ts';
import { EmptyNote, Loaded } from '../../ui/loaded.tsx';
import { VerdictShape } from '../../ui/severity.tsx';
import type { TreeNode } from '../../ui/tree.ts';
import type { Verdict } from '../../ui/words.ts';
import { type FileOfScan, type Scan, verdictChoices } from './contract.ts';

const order: readonly Verdict[] = ['malicious', 'suspicious', 'incomplete', 'unsupported', 'risky', 'clean'];
/** More files than this start with closed folders: the tree stays readable, and the page small. */
const manyFiles = 150;
type Held = FileFacts & { readonly verdict: Verdict | null; readonly findings: number };

export type TreeFilter = { readonly text: string; readonly verdict: string; readonly only: 'judged' | 'findings' | 'all' };
export const noTreeFilter: TreeFilter = { text: '', verdict: '', only: 'judged' };

type ScanFileTreeProps = {
  scan: Scan;
  files: EndpointPages<FileOfScan>;
  selected: string | null;
  onSelect: (path: string | null, isFolder: boolean) => void;
  filter: TreeFilter;
  onFilter: (filter: TreeFilter) => void;
};

export function ScanFileTree({ scan, files, selected, onSelect, filter, onFilter }: ScanFileTreeProps) {
  const { rows } = files;
  const nodes = useMemo(() => treeOf(rows, scan.path), [rows, scan.path]);
  const paths = useMemo(() => new Set(rows.map(({ path }) => path)), [rows]);
  const select = useCallback((id: string) => onSelect(id, !paths.has(id)), [onSelect, paths]);
  return (
    <div className="min-w-0 bg-canvas">
      <div className="flex h-11 items-center justify-between gap-2 border-b border-line px-4">
        <h2 className="font-strong">Files</h2>
        {selected !== null && (
          <Button kind="quiet" size="small" onClick={() => onSelect(null, false)}>
            All files
          </Button>
        )}
      </div>
      <TreeFilterBar filter={filter} onFilter={onFilter} />
      <Loaded answer={files} waitsFor="the files" empty={<EmptyNote kind="no-match" title="No file matches" />}>
        {() => (
          <div className="max-h-[40vh] overflow-y-auto px-2 py-2 desk:max-h-[calc(100dvh-18rem)]">
            <FileTree
              key={`${filter.only} ${filter.verdict} ${filter.text === ''}`}
              label="Scanned files"
              nodes={nodes}
              selectedId={selected}
              onSelect={select}
              startClosed={rows.length > manyFiles && filter.text === ''}
            />
          </div>
        )}
      </Loaded>
      {files.hasMore && (
        <div className="px-4 py-2">
          <Button size="small" busy={files.isLoadingMore && 'Loading…'} onClick={files.loadMore}>
            Load more files
          </Button>
          <span className="ml-2 text-ink-3">
            {formatNumber(rows.length)} of {formatTotal(files.total ?? rows.length, files.totalIsEstimate)}; a folder shows the worst of
            what is loaded.
          </span>
        </div>
      )}
      <p className="border-t border-line px-4 py-3 text-label text-ink-2">
        <b className="font-name text-ink">Verdict.</b> The worst file decides. A file that could not be read makes the whole{' '}
        <b className="font-name text-ink">incomplete</b>, never clean.
      </p>
    </div>
  );
}

const control = 'finger h-7 min-w-0 rounded-control border border-line-strong bg-surface px-2 text-label';

function TreeFilterBar({ filter, onFilter }: { filter: TreeFilter; onFilter: (filter: TreeFilter) => void }) {
  const field = useRef<HTMLInputElement>(null);
  useKeys('Files', [{ keys: '/', label: 'Filter the files', run: () => field.current?.focus() }]);
  return (
    <div className="grid grid-cols-2 gap-1.5 border-b border-line px-4 py-2">
      <input
        ref={field}
        type="search"
        aria-label="Filter files by path"
        placeholder="Path  /"
        value={filter.text}
        onChange={(event) => onFilter({ ...filter, text: event.target.value })}
        onKeyDown={(event) => {
          if (event.key === 'Escape') event.currentTarget.blur();
        }}
        className={`${control} col-span-2`}
      />
      <select
        aria-label="Files of this verdict"
        value={filter.verdict}
        onChange={(event) => onFilter({ ...filter, verdict: event.target.value })}
        className={control}
      >
        <option value="">Any verdict</option>
        {verdictChoices.map((word) => (
          <option key={word} value={word}>
            {word}
          </option>
        ))}
      </select>
      <select
        aria-label="Which files"
        value={filter.only}
        onChange={(event) => onFilter({ ...filter, only: event.target.value as TreeFilter['only'] })}
        className={control}
      >
        <option value="judged">AI files</option>
        <option value="findings">With findings</option>
        <option value="all">Every file</option>
      </select>
    </div>
  );
}

type Branch = { name: string; id: string; file: FileOfScan | null; children: Map<string, Branch> };

/** Files by path into folders; attacker-named parts live in a Map, never as object keys. */
function treeOf(files: readonly FileOfScan[], root: string): TreeNode<Held>[] {
  const top: Branch = { name: '', id: '', file: null, children: new Map() };
  for (const file of files) {
    let branch = top;
    const parts = file.path === '' ? [root.split('/').at(-1) ?? root] : file.path.split('/');
    for (const part of parts) {
      let next = branch.children.get(part);
      if (next === undefined) {
        next = { name: part, id: branch.id === '' ? part : `${branch.id}/${part}`, file: null, children: new Map() };
        branch.children.set(part, next);
      }
      branch = next;
    }
    branch.file = file;
  }
  return nodeOf(top).children?.slice() ?? [];
}

function nodeOf(branch: Branch): TreeNode<Held> {
  const children = [...branch.children.values()]
    .map(nodeOf)
    .sort((a, b) => Number(b.children !== undefined) - Number(a.children !== undefined) || a.name.localeCompare(b.name));
  const verdicts = [branch.file?.verdict ?? null, ...children.map(({ data }) => data.verdict)].filter((word) => word !== null);
  const verdict = order.find((word) => verdicts.includes(word)) ?? null;
  const own = branch.file === null ? 0 : Object.values(branch.file.counts).reduce((sum, count) => sum + count, 0);
  const findings = own + children.reduce((sum, { data }) => sum + data.findings, 0);
  const data: Held = {
    shape: verdict === null ? null : <VerdictShape verdict={verdict} />,
    verdict,
    findings,
    note: branch.file === null ? undefined : noteOf(branch.file),
  };
  return { id: branch.file?.path ?? branch.id, name: inertLine(branch.name), data, ...(children.length > 0 ? { children } : {}) };
}

function noteOf({ counts, unread }: FileOfScan): string | undefined {
  for (const severity of ['critical', 'high', 'medium', 'low'] as const) if (counts[severity] > 0) return `${counts[severity]} ${severity}`;
  return unread.length > 0 ? 'unread' : undefined;
}
