/** The scanned files as a tree: each with its verdict, folders with the worst of what they hold. */
import { useMemo } from 'react';
import type { EndpointPages } from '../../client/use-endpoint-pages.ts';
import { Button } from '../../ui/button.tsx';
import { type FileFacts, FileTree } from '../../ui/file-tree.tsx';
import { formatNumber, formatTotal } from '../../ui/format.ts';
import { inertLine } from '../../ui/inert.ts';
import { Loaded } from '../../ui/loaded.tsx';
import { VerdictShape } from '../../ui/severity.tsx';
import { pruneTree, type TreeNode } from '../../ui/tree.ts';
import type { Verdict } from '../../ui/words.ts';
import type { FileOfScan, Scan } from './contract.ts';

const order: readonly Verdict[] = ['malicious', 'suspicious', 'incomplete', 'unsupported', 'risky', 'clean'];
type Held = FileFacts & { readonly verdict: Verdict | null; readonly findings: number };

type ScanFileTreeProps = {
  scan: Scan;
  files: EndpointPages<FileOfScan>;
  selected: string | null;
  onSelect: (path: string | null) => void;
  onlyFindings: boolean;
  onOnlyFindings: (only: boolean) => void;
};

export function ScanFileTree({ scan, files, selected, onSelect, onlyFindings, onOnlyFindings }: ScanFileTreeProps) {
  const { rows } = files;
  const all = useMemo(() => treeOf(rows, scan.path), [rows, scan.path]);
  const shown = onlyFindings ? pruneTree(all, ({ findings, note }) => findings > 0 || note === 'unread') : all;
  return (
    <div className="min-w-0 bg-canvas">
      <div className="flex h-11 items-center justify-between gap-2 border-b border-line px-4">
        <h2 className="font-strong">Files</h2>
        <span className="flex items-center gap-1">
          {selected !== null && (
            <Button kind="quiet" size="small" onClick={() => onSelect(null)}>
              All files
            </Button>
          )}
          <Button kind="quiet" size="small" aria-pressed={onlyFindings} onClick={() => onOnlyFindings(!onlyFindings)}>
            {onlyFindings ? 'Show all' : 'With findings'}
          </Button>
        </span>
      </div>
      <Loaded answer={files} waitsFor="the files">
        {() => (
          <div className="max-h-[40vh] overflow-y-auto px-2 py-2 desk:max-h-none">
            <FileTree
              label="Scanned files"
              nodes={shown}
              selectedId={selected}
              onSelect={(id) => onSelect(rows.some(({ path }) => path === id) ? id : null)}
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
            {formatNumber(rows.length)} of {formatTotal(files.total ?? rows.length, files.totalIsEstimate)}
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

/** Files by path into folders; attacker-named parts live in a Map, never as object keys. */
function treeOf(files: readonly FileOfScan[], root: string): TreeNode<Held>[] {
  type Branch = { name: string; id: string; file: FileOfScan | null; children: Map<string, Branch> };
  const top: Branch = { name: '', id: '', file: null, children: new Map() };
  for (const file of files) {
    if (file.verdict === null && file.unread.length === 0) continue;
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
  const build = (branch: Branch): TreeNode<Held> => {
    const children = [...branch.children.values()]
      .map(build)
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
  };
  return build(top).children?.slice() ?? [];
}

function noteOf({ counts, unread }: FileOfScan): string | undefined {
  for (const severity of ['critical', 'high', 'medium', 'low'] as const) if (counts[severity] > 0) return `${counts[severity]} ${severity}`;
  return unread.length > 0 ? 'unread' : undefined;
}
