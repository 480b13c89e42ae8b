/** The scanned files as a tree: each with its verdict, folders with the worst of what they hold; filtered on the server. */
import { ChevronDown, ChevronRight } from 'lucide-react';
import { useCallback, useMemo, useRef, useState } from 'react';
import type { EndpointPages } from '../../../client/use-endpoint-pages.ts';
import { Button } from '../../../ui/button.tsx';
import { type FileFacts, FileTree } from '../../../ui/file-tree.tsx';
import { formatNumber, formatTotal, plural } from '../../../ui/format.ts';
import { inertLine } from '../../../ui/inert.ts';
import { EmptyNote, Loaded } from '../../../ui/loaded.tsx';
import { useIsPhone } from '../../../ui/media.ts';
import { VerdictShape } from '../../../ui/severity.tsx';
import type { TreeNode } from '../../../ui/tree.ts';
import type { Verdict } from '../../../ui/words.ts';
import { type FileOfScan, type FileOutline, folderVerdicts, type Scan } from '../contract.ts';
import { type TreeFilter, TreeFilterBar } from './tree-filter.tsx';

/** More files than this start with closed folders: the tree stays readable, and the page small. */
const manyFiles = 150;
type Held = FileFacts & { readonly verdict: Verdict | null; readonly findings: number };

type ScanFileTreeProps = {
  scan: Scan;
  files: EndpointPages<FileOfScan>;
  outline: FileOutline | null;
  selected: string | null;
  onSelect: (path: string | null, isFolder: boolean) => void;
  filter: TreeFilter;
  onFilter: (filter: TreeFilter) => void;
};

export function ScanFileTree({ scan, files, outline, selected, onSelect, filter, onFilter }: ScanFileTreeProps) {
  const { rows } = files;
  const nodes = useMemo(() => treeOf(rows, scan.path, outline?.folders ?? []), [rows, scan.path, outline]);
  const paths = useMemo(() => new Set(rows.map(({ path }) => path)), [rows]);
  const select = useCallback((id: string) => onSelect(id, !paths.has(id)), [onSelect, paths]);
  const isPhone = useIsPhone();
  const toggle = useRef<HTMLButtonElement>(null);
  const [isOpened, setOpened] = useState(false);
  // On a phone the finding comes first; whoever wants another file opens the tree.
  const isOpen = !isPhone || isOpened;
  const choose = (id: string): void => {
    select(id);
    setOpened(false);
    // The row that had the focus goes with the tree.
    toggle.current?.focus();
  };
  return (
    <div className="min-w-0 bg-canvas">
      <div className="flex h-11 items-center justify-between gap-2 border-b border-line px-4">
        <h2 className="font-strong">
          {isPhone ? (
            <button
              ref={toggle}
              type="button"
              aria-expanded={isOpen}
              onClick={() => setOpened(!isOpened)}
              className="finger inline-flex items-center gap-1.5"
            >
              {isOpen ? <ChevronDown size={14} aria-hidden="true" /> : <ChevronRight size={14} aria-hidden="true" />}
              {selected === null ? `Files, ${formatTotal(files.total ?? rows.length, files.totalIsEstimate)}` : inertLine(selected, 60)}
            </button>
          ) : (
            'Files'
          )}
        </h2>
        {selected !== null && (
          <Button kind="quiet" size="small" onClick={() => onSelect(null, false)}>
            All files
          </Button>
        )}
      </div>
      {isOpen && <OpenTree {...{ files, outline, selected, filter, onFilter, nodes }} onSelect={choose} />}
    </div>
  );
}

type OpenTreeProps = Omit<ScanFileTreeProps, 'scan' | 'onSelect'> & {
  nodes: readonly TreeNode<Held>[];
  onSelect: (id: string) => void;
};

function OpenTree({ files, outline, selected, onSelect, filter, onFilter, nodes }: OpenTreeProps) {
  const { rows } = files;
  return (
    <>
      <TreeFilterBar filter={filter} onFilter={onFilter} formats={outline?.formats ?? []} />
      <Loaded answer={files} waitsFor="the files" empty={<NoFiles filter={filter} outline={outline} onFilter={onFilter} />}>
        {() => (
          <div className="max-h-[40vh] overflow-y-auto px-2 py-2 desk:max-h-[calc(100dvh-18rem)]">
            <FileTree
              key={`${filter.only} ${filter.verdict} ${filter.severity} ${filter.format} ${filter.text === ''}`}
              label="Scanned files"
              nodes={nodes}
              selectedId={selected}
              onSelect={onSelect}
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
            {formatNumber(rows.length)} of {formatTotal(files.total ?? rows.length, files.totalIsEstimate)};{' '}
            {outline?.foldersLeftOut === true ? 'the deepest folders show' : 'a folder shows'} the worst of{' '}
            {outline?.foldersLeftOut === true ? 'what is loaded' : 'all its files, loaded or not'}.
          </span>
        </div>
      )}
      <p className="border-t border-line px-4 py-3 text-label text-ink-2">
        <b className="font-name text-ink">Verdict.</b> The worst file decides. A file that could not be read makes the whole{' '}
        <b className="font-name text-ink">incomplete</b>, never clean.
      </p>
    </>
  );
}

const mostNamed = 6;
/** A list that holds only AI files is empty where there are none: what was there instead is said, and one step away. */
function NoFiles({ filter, outline, onFilter }: Pick<OpenTreeProps, 'filter' | 'outline' | 'onFilter'>) {
  const formats = outline?.formats ?? [];
  const isNarrowed =
    filter.only !== 'judged' || [filter.text, filter.verdict, filter.severity, filter.format].some((given) => given !== '');
  if (isNarrowed || formats.length === 0) return <EmptyNote kind="no-match" title="No file matches" />;
  const count = formats.reduce((sum, { files }) => sum + files, 0);
  const named = formats
    .slice(0, mostNamed)
    .map(({ format, files }) => `${inertLine(format, 40)}${formats.length > 1 ? ` (${formatNumber(files)})` : ''}`);
  return (
    <EmptyNote
      kind="no-match"
      title="No AI file among what was read"
      actions={
        <Button size="small" onClick={() => onFilter({ ...filter, only: 'all' })}>
          Show every file
        </Button>
      }
    >
      {plural(count, 'file was', 'files were')} read as {named.join(', ')}
      {formats.length > mostNamed ? ' and more' : ''}: no model, no code and no configuration of one, so none has a verdict of its own.
    </EmptyNote>
  );
}

type Branch = { name: string; id: string; file: FileOfScan | null; children: Map<string, Branch>; verdict: Verdict | null };
type Folder = FileOutline['folders'][number];

/** Files by path into folders; attacker-named parts live in a Map, never as object keys. */
function treeOf(files: readonly FileOfScan[], root: string, folders: readonly Folder[]): TreeNode<Held>[] {
  const top = branchOf('', '');
  for (const file of files) {
    const parts = file.path === '' ? [root.split('/').at(-1) ?? root] : file.path.split('/');
    grown(top, parts).file = file;
  }
  // Also folders none of whose files is loaded: their verdict is known.
  for (const { path, verdict } of folders) grown(top, path.split('/')).verdict = verdict;
  return nodeOf(top).children?.slice() ?? [];
}

function branchOf(name: string, id: string): Branch {
  return { name, id, file: null, children: new Map(), verdict: null };
}

/** The branch at a place, made with all above it when it is new. */
function grown(top: Branch, parts: readonly string[]): Branch {
  let branch = top;
  for (const part of parts) {
    let next = branch.children.get(part);
    if (next === undefined) {
      next = branchOf(part, branch.id === '' ? part : `${branch.id}/${part}`);
      branch.children.set(part, next);
    }
    branch = next;
  }
  return branch;
}

function nodeOf(branch: Branch): TreeNode<Held> {
  const children = [...branch.children.values()]
    .map(nodeOf)
    .sort((a, b) => Number(b.children !== undefined) - Number(a.children !== undefined) || a.name.localeCompare(b.name));
  const verdicts = [branch.verdict, branch.file?.verdict ?? null, ...children.map(({ data }) => data.verdict)].filter(
    (word) => word !== null,
  );
  const verdict = folderVerdicts.find((word) => verdicts.includes(word)) ?? null;
  const own = branch.file === null ? 0 : Object.values(branch.file.counts).reduce((sum, count) => sum + count, 0);
  const findings = own + children.reduce((sum, { data }) => sum + data.findings, 0);
  const data: Held = {
    shape: verdict === null ? null : <VerdictShape verdict={verdict} />,
    verdict,
    findings,
    note: branch.file === null ? undefined : noteOf(branch.file),
  };
  const [only] = children;
  // A folder that holds one folder and nothing else is one row with it: deep paths stay readable.
  if (branch.file === null && branch.name !== '' && children.length === 1 && only?.children !== undefined)
    return { ...only, name: `${inertLine(branch.name)}/${only.name}`, data };
  return { id: branch.file?.path ?? branch.id, name: inertLine(branch.name), data, ...(children.length > 0 ? { children } : {}) };
}

function noteOf({ counts, unread }: FileOfScan): string | undefined {
  for (const severity of ['critical', 'high', 'medium', 'low'] as const) if (counts[severity] > 0) return `${counts[severity]} ${severity}`;
  return unread.length > 0 ? 'unread' : undefined;
}
