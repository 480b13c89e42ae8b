/** Heads of a table: names, order, width, and the menu that hides and moves columns. */
import { ArrowDown, ArrowUp, Columns3 } from 'lucide-react';
import type { KeyboardEvent, PointerEvent, ReactNode } from 'react';
import { IconButton } from './button.tsx';
import { Checkbox } from './checkbox.tsx';
import { classNames } from './class-names.ts';
import { Menu, type MenuItem } from './menu.tsx';
import { type Column, type ColumnChoice, inOrder, moveColumn, narrowestColumn } from './table-column.ts';
import type { DataTableProps, Sort } from './table-parts.ts';

const aligns = { left: 'text-left', right: 'text-right', center: 'text-center' } as const;
export const columnAlign = (align: Column<never>['align']): string => aligns[align ?? 'left'];

/** Words that follow a column of numbers keep away from them. */
export function columnGap<Row>(shown: readonly Column<Row>[], place: number): string {
  return shown[place - 1]?.align === 'right' && shown[place]?.align !== 'right' ? 'pl-4' : '';
}
/** The first column stands after the gutter: a shape there needs room to its right as well. */
const narrowestFirst = 46;
const drawnWidth = (width: number | undefined, isFirst: boolean): number | undefined =>
  width !== undefined && isFirst ? Math.max(width, narrowestFirst) : width;

type HeadProps<Row> = DataTableProps<Row> & {
  shown: readonly Column<Row>[];
  choice: ColumnChoice;
  choose: ((choice: ColumnChoice | null) => void) | undefined;
};

export function TableHead<Row>({ rows, rowId, selection, sort, shown, columns, choice, choose, label }: HeadProps<Row>) {
  const selectable = selection ? rows.map(rowId).filter((id) => selection.canSelect?.(id) ?? true) : [];
  const chosen = selection ? selectable.filter((id) => selection.ids.has(id)).length : 0;
  const resize =
    choose &&
    ((id: string, width: number) =>
      choose({ ...choice, widths: { ...choice.widths, [id]: Math.max(narrowestColumn, Math.round(width)) } }));
  return (
    <>
      <colgroup>
        {selection && <col style={{ width: 46 }} />}
        {shown.map(({ id, width }, place) => (
          <col key={id} style={{ width: drawnWidth(width, place === 0 && selection === undefined) }} />
        ))}
      </colgroup>
      <thead>
        <tr aria-rowindex={1}>
          {selection && (
            <th scope="col" className={headCell('left')}>
              <Checkbox
                label={`Select the ${rows.length} rows shown`}
                checked={chosen > 0 && chosen === selectable.length}
                partly={chosen > 0}
                onChange={(checked) => selection.onChange(new Set(checked ? selectable : []))}
              />
            </th>
          )}
          {shown.map((column, place) => (
            <HeadCell key={column.id} column={column} gap={columnGap(shown, place)} sort={sort} resize={resize}>
              {choose && place === shown.length - 1 && <ColumnMenu label={label} items={columnItems(columns, choice, choose)} />}
            </HeadCell>
          ))}
        </tr>
      </thead>
    </>
  );
}

const headCell = (align: 'left' | 'right' | 'center'): string =>
  classNames(
    'sticky top-0 z-10 h-9 border-b border-line bg-surface px-1.5 text-label font-regular text-ink-2 first:pl-6 last:pr-6',
    aligns[align],
  );

type HeadCellProps<Row> = {
  column: Column<Row>;
  gap: string;
  sort: Sort | undefined;
  resize: ((id: string, width: number) => void) | undefined;
  children: ReactNode;
};
function HeadCell<Row>({ column: { id, head, headHidden, align, sort: order }, gap, sort, resize, children }: HeadCellProps<Row>) {
  const isSorted = order !== undefined && sort?.by === order;
  const Arrow = sort?.descending ? ArrowDown : ArrowUp;
  const name = headHidden ? <span className="sr-only">{head}</span> : head;
  return (
    <th
      scope="col"
      aria-sort={isSorted ? (sort?.descending ? 'descending' : 'ascending') : undefined}
      className={classNames(headCell(align ?? 'left'), gap, 'group/head truncate')}
      title={head}
    >
      {order === undefined || sort === undefined ? (
        name
      ) : (
        <button
          type="button"
          onClick={() => sort.onChange(order, isSorted ? !sort.descending : true)}
          className={classNames('inline-flex max-w-full items-center gap-1 rounded-tag hover:text-ink', isSorted && 'font-name text-ink')}
        >
          <span className="truncate">{name}</span>
          {isSorted && <Arrow size={12} aria-hidden="true" />}
        </button>
      )}
      {resize && <ResizeHandle name={head} onResize={(width) => resize(id, width)} />}
      {children}
    </th>
  );
}

/** Hides and moves columns; stands in the gutter beside the last head, so that it costs no column and covers no name. */
function ColumnMenu({ label, items }: { label: string; items: readonly MenuItem[] }) {
  return (
    <span className="absolute inset-y-0 right-0 flex items-center">
      <Menu trigger={<IconButton icon={Columns3} label={`Columns of ${label}`} size={14} className="size-6" />} items={items} />
    </span>
  );
}

function ResizeHandle({ name, onResize }: { name: string; onResize: (width: number) => void }) {
  const onPointerDown = (event: PointerEvent<HTMLElement>) => {
    event.preventDefault();
    const handle = event.currentTarget;
    const before = handle.closest('th')?.getBoundingClientRect().width ?? 0;
    const from = event.clientX;
    handle.setPointerCapture(event.pointerId);
    const move = (moved: globalThis.PointerEvent) => onResize(before + moved.clientX - from);
    handle.addEventListener('pointermove', move);
    handle.addEventListener('lostpointercapture', () => handle.removeEventListener('pointermove', move), { once: true });
  };
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
    event.preventDefault();
    event.stopPropagation();
    const width = event.currentTarget.closest('th')?.getBoundingClientRect().width ?? 0;
    onResize(width + (event.key === 'ArrowRight' ? 16 : -16));
  };
  return (
    <button
      type="button"
      aria-label={`Width of ${name}: arrow keys change it`}
      tabIndex={-1}
      onPointerDown={onPointerDown}
      onKeyDown={onKeyDown}
      className="absolute inset-y-1.5 right-0 w-1.5 !cursor-col-resize touch-none rounded-tag bg-line opacity-0 group-hover/head:opacity-100 focus:opacity-100"
    />
  );
}

function columnItems<Row>(
  columns: readonly Column<Row>[],
  choice: ColumnChoice,
  choose: (choice: ColumnChoice | null) => void,
): MenuItem[] {
  const ordered = inOrder(columns, choice.order);
  const toggle = (id: string) => {
    const hidden = choice.hidden.includes(id) ? choice.hidden.filter((one) => one !== id) : [...choice.hidden, id];
    choose({ ...choice, hidden });
  };
  return [
    { kind: 'heading', label: 'Shown' },
    ...ordered
      .filter(({ primary }) => primary !== true)
      .map(({ id, head }): MenuItem => ({ label: head, chosen: !choice.hidden.includes(id), run: () => toggle(id) })),
    { kind: 'line' },
    { kind: 'heading', label: 'Order' },
    ...ordered
      .slice(1)
      .map(
        ({ id, head }): MenuItem => ({ label: `Move ${head} left`, run: () => choose({ ...choice, order: moveColumn(ordered, id, -1) }) }),
      ),
    { kind: 'line' },
    { label: 'Back to the default', run: () => choose(null) },
  ];
}
