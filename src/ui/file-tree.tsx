/** Files of an artefact with the worst state of each folder's content. Arrows, Home, End and type-ahead; one stop for Tab. */
import { File, Folder, FolderOpen, Package } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import { classNames } from './class-names.ts';
import { inertLine } from './inert.ts';
import { folderIds, type TreeNode, type TreeRow, treeMove, typeAhead, visibleRows } from './tree.ts';

export type FileFacts = {
  /** Shape of the state; on a folder the worst of its content. */
  readonly shape: ReactNode;
  /** `1 critical`, `unread`. */
  readonly note?: string | undefined;
  /** A container that was opened: archive, checkpoint. */
  readonly isContainer?: boolean;
};
type FileTreeProps = {
  label: string;
  nodes: readonly TreeNode<FileFacts>[];
  selectedId: string | null;
  onSelect: (id: string) => void;
  /** Folders begin closed: for trees of many files. Those above the selected file are open. */
  startClosed?: boolean;
};

const typingMs = 800;
/** Deeper levels stand no further in: their names would have no room. */
const deepestIndent = 6;

export function FileTree({ label, nodes, selectedId, onSelect, startClosed = false }: FileTreeProps) {
  const [closed, setClosed] = useState<ReadonlySet<string>>(() => (startClosed ? closedAround(nodes, selectedId) : new Set()));
  const open = useMemo(() => new Set(folderIds(nodes).filter((id) => !closed.has(id))), [nodes, closed]);
  const rows = useMemo(() => visibleRows(nodes, open), [nodes, open]);
  const [focusId, setFocusId] = useState<string | null>(selectedId);
  const root = useRef<HTMLDivElement>(null);
  const wantsFocus = useRef(false);
  const typed = useRef({ text: '', at: 0 });
  const toggle = (id: string, close: boolean) => setClosed((before) => withToggled(before, id, close));
  const go = (id: string) => {
    wantsFocus.current = true;
    setFocusId(id);
  };
  useEffect(() => {
    if (!wantsFocus.current) return;
    wantsFocus.current = false;
    root.current?.querySelector<HTMLElement>('[tabindex="0"]')?.focus();
  });

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      if (focusId !== null) onSelect(focusId);
      return;
    }
    const move = treeMove(rows, focusId, event.key);
    if (move !== null) {
      event.preventDefault();
      if (move.open !== undefined) toggle(move.open, false);
      if (move.close !== undefined) toggle(move.close, true);
      if (move.focus !== undefined) go(move.focus);
      return;
    }
    if (event.key.length !== 1) return;
    event.stopPropagation();
    typed.current = {
      text: event.timeStamp - typed.current.at > typingMs ? event.key : typed.current.text + event.key,
      at: event.timeStamp,
    };
    const hit = typeAhead(rows, focusId, typed.current.text);
    if (hit !== null) go(hit);
  };
  const stop = rows.some(({ node }) => node.id === focusId) ? focusId : rows[0]?.node.id;
  return (
    <div ref={root} role="tree" aria-label={label} onKeyDown={onKeyDown}>
      {rows.map((row) => (
        <TreeItem
          key={row.node.id}
          row={row}
          isSelected={row.node.id === selectedId}
          isStop={row.node.id === stop}
          onFocus={() => setFocusId(row.node.id)}
          onSelect={() => onSelect(row.node.id)}
          onToggle={() => toggle(row.node.id, row.isOpen)}
        />
      ))}
    </div>
  );
}

function closedAround(nodes: readonly TreeNode<FileFacts>[], selectedId: string | null): Set<string> {
  return new Set(folderIds(nodes).filter((id) => selectedId === null || (selectedId !== id && !selectedId.startsWith(`${id}/`))));
}

function withToggled(closed: ReadonlySet<string>, id: string, close: boolean): Set<string> {
  const next = new Set(closed);
  if (close) next.add(id);
  if (!close) next.delete(id);
  return next;
}

type TreeItemProps = {
  row: TreeRow<FileFacts>;
  isSelected: boolean;
  isStop: boolean;
  onFocus: () => void;
  onSelect: () => void;
  onToggle: () => void;
};
function TreeItem({ row: { node, level, position, siblings, isOpen }, isSelected, isStop, onFocus, onSelect, onToggle }: TreeItemProps) {
  const isFolder = node.children !== undefined;
  const Icon = isFolder ? (node.data.isContainer ? Package : isOpen ? FolderOpen : Folder) : File;
  const name = inertLine(node.name, 200);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the tree handles all keys
    <div
      role="treeitem"
      aria-level={level}
      aria-posinset={position}
      aria-setsize={siblings}
      aria-expanded={isFolder ? isOpen : undefined}
      aria-selected={isSelected}
      tabIndex={isStop ? 0 : -1}
      onFocus={onFocus}
      onClick={() => {
        if (isFolder) onToggle();
        onSelect();
      }}
      style={{ paddingLeft: 12 + Math.min(level - 1, deepestIndent) * 16 }}
      className={classNames(
        'finger flex h-7 cursor-default items-center gap-2 pr-3 focus-visible:-outline-offset-2',
        isSelected ? 'bg-accent-tint font-strong shadow-[inset_3px_0_0_var(--accent)] [--cut:var(--accent-tint)]' : 'hover:bg-hover',
      )}
    >
      <Icon size={15} aria-hidden="true" className="text-ink-3" />
      <span className="min-w-0 flex-1 truncate" title={name}>
        {name}
      </span>
      {node.data.note !== undefined && <span className="flex-none text-label font-regular text-ink-2">{node.data.note}</span>}
      {node.data.shape}
    </div>
  );
}
