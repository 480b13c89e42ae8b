/** The rows of a table on a desk. */
import { type MouseEvent, memo } from 'react';
import { Link } from 'wouter';
import { Checkbox } from './checkbox.tsx';
import { classNames } from './class-names.ts';
import type { Column } from './table-column.ts';
import { columnAlign, columnGap } from './table-head.tsx';
import type { RowParts } from './table-parts.ts';

export function TableBody<Row>(props: RowParts<Row> & { shown: readonly Column<Row>[] }) {
  const { rows, window, shown, selection } = props;
  const span = shown.length + (selection ? 1 : 0);
  return (
    <tbody>
      <Spacer height={window.before} span={span} />
      {window.items.map(({ index, key }) => {
        const row = rows[index];
        return row === undefined ? null : <TableRow key={String(key)} row={row} index={index} {...props} />;
      })}
      <Spacer height={window.after} span={span} />
    </tbody>
  );
}

function Spacer({ height, span }: { height: number; span: number }) {
  if (height <= 0) return null;
  return (
    // biome-ignore lint/a11y/noAriaHiddenOnFocusable: a row that only keeps the height of rows not drawn; it takes no focus
    <tr aria-hidden="true">
      <td colSpan={span} style={{ height }} />
    </tr>
  );
}

type TableRowProps<Row> = RowParts<Row> & { shown: readonly Column<Row>[]; row: Row; index: number };

function DrawnRow<Row>(props: TableRowProps<Row>) {
  const { row, index, rowId, rowName, focus, selection, shown, rowHeight, newIds, onRowClick } = props;
  const id = rowId(row);
  const isFocused = focus.focusId === id;
  const isFirst = focus.focusId === null && index === 0;
  const ground = isFocused ? 'bg-accent-tint [--cut:var(--accent-tint)]' : 'group-hover/row:bg-hover';
  return (
    <tr
      data-index={index}
      aria-rowindex={index + 2}
      tabIndex={isFocused || isFirst ? 0 : -1}
      onFocus={(event) => event.target === event.currentTarget && focus.setFocusId(id)}
      onClick={(event) => onRowClick(row, event)}
      className={classNames(
        'group/row scroll-mt-9 focus-visible:-outline-offset-2',
        newIds?.has(id) && 'animate-new',
        props.onOpen && 'cursor-default',
      )}
    >
      {selection && (
        <td style={{ height: rowHeight }} className={classNames(bodyCell(ground), isFocused && focusBar)}>
          {(selection.canSelect?.(id) ?? true) && (
            <Checkbox
              label={`Select ${rowName(row)}`}
              checked={selection.ids.has(id)}
              onChange={(_checked, event) =>
                focus.toggle(id, event.nativeEvent instanceof globalThis.MouseEvent && event.nativeEvent.shiftKey)
              }
            />
          )}
        </td>
      )}
      {shown.map((column, place) => (
        <td
          key={column.id}
          style={{ height: rowHeight }}
          className={classNames(
            bodyCell(ground),
            columnAlign(column.align),
            columnGap(shown, place),
            column.align === 'right' && 'tabular-nums',
            column.top && 'pt-3.5 align-top',
            isFocused && !selection && place === 0 && focusBar,
          )}
        >
          {column.primary ? <RowLink {...props}>{column.cell(row)}</RowLink> : column.cell(row)}
        </td>
      ))}
    </tr>
  );
}
const TableRow = memo(DrawnRow) as typeof DrawnRow;

const focusBar = 'shadow-[inset_3px_0_0_var(--accent)]';
const bodyCell = (ground: string): string => classNames('border-b border-line px-1.5 align-middle first:pl-6 last:pr-6', ground);

/** The record's name opens it: a plain click the peek, with a modifier the full page in a new tab. */
function RowLink<Row>({ row, rowId, rowTo, onOpen, focus, children }: TableRowProps<Row> & { children: React.ReactNode }) {
  if (rowTo === undefined) return children;
  const onClick = (event: MouseEvent<HTMLAnchorElement>) => {
    if (onOpen === undefined || event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    focus.setFocusId(rowId(row));
    onOpen(row);
  };
  return (
    <Link href={rowTo(row)} onClick={onClick} tabIndex={-1} className="block min-w-0 rounded-tag">
      {children}
    </Link>
  );
}

/** Two lines of a primary cell: what is wrong in words, then what it is about; `mono` where that is a rule, an id or a path. */
export function TwoLines({ title, second, mono = false }: { title: string; second?: string | null | undefined; mono?: boolean }) {
  return (
    <span className="block min-w-0">
      <span className="block truncate font-name" title={title}>
        {title}
      </span>
      {second !== null && second !== undefined && (
        <span className={classNames('block truncate text-ink-3', mono ? 'mono text-mark leading-4' : 'text-label')} title={second}>
          {second}
        </span>
      )}
    </span>
  );
}
