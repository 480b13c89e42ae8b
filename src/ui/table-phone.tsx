/** The same rows on a phone: shape, title, number right; reason; owner and due below. Long press or the Select button selects. */
import { type ReactNode, useRef, useState } from 'react';
import { Link } from 'wouter';
import { Button } from './button.tsx';
import { Checkbox } from './checkbox.tsx';
import { classNames } from './class-names.ts';
import type { RowParts } from './table-parts.ts';

const pressMs = 500;

export function PhoneRows<Row>(props: RowParts<Row>) {
  const { label, rows, window, selection } = props;
  const [isSelecting, setSelecting] = useState(false);
  return (
    <>
      {selection && (
        <div className="flex justify-end border-b border-line px-2">
          <Button kind="quiet" onClick={() => setSelecting(!isSelecting)} aria-pressed={isSelecting}>
            {isSelecting ? 'Done' : 'Select'}
          </Button>
        </div>
      )}
      <ul aria-label={label}>
        {window.before > 0 && <li aria-hidden="true" style={{ height: window.before }} />}
        {window.items.map(({ index, key }) => {
          const row = rows[index];
          return row === undefined ? null : <PhoneItem key={String(key)} row={row} index={index} isSelecting={isSelecting} {...props} />;
        })}
        {window.after > 0 && <li aria-hidden="true" style={{ height: window.after }} />}
      </ul>
    </>
  );
}

function PhoneItem<Row>({
  row,
  index,
  rowId,
  rowName,
  phone,
  window,
  selection,
  focus,
  onRowClick,
  newIds,
  isSelecting,
}: RowParts<Row> & { row: Row; index: number; isSelecting: boolean }) {
  const id = rowId(row);
  const press = useRef<ReturnType<typeof setTimeout>>(undefined);
  const stop = () => clearTimeout(press.current);
  const begin = () => {
    stop();
    if (selection) press.current = setTimeout(() => focus.toggle(id, false), pressMs);
  };
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Enter and o are registered for the focused row by useRowFocus; the title inside is a link
    <li
      ref={window.measure}
      data-index={index}
      tabIndex={-1}
      onClick={(event) => onRowClick(row, event)}
      onPointerDown={begin}
      onPointerUp={stop}
      onPointerMove={stop}
      onPointerCancel={stop}
      className={classNames(
        'flex min-h-14 gap-3 border-b border-line px-4 py-3',
        selection?.ids.has(id) && 'bg-accent-tint',
        newIds?.has(id) && 'animate-new',
      )}
    >
      {selection && (isSelecting || selection.ids.size > 0) && (
        <span className="flex w-6 flex-none items-center justify-center">
          <Checkbox label={`Select ${rowName(row)}`} checked={selection.ids.has(id)} onChange={() => focus.toggle(id, false)} />
        </span>
      )}
      <div className="min-w-0 flex-1">{phone(row, { first: index === 0 })}</div>
    </li>
  );
}

type PhoneRowProps = {
  shape: ReactNode;
  title: string;
  to?: string | undefined;
  /** Points won or priority, right of the title. */
  figure?: ReactNode;
  reason?: ReactNode;
  owner?: ReactNode;
  due?: ReactNode;
  /** Only on the first row. */
  actions?: ReactNode;
};
export function PhoneRow({ shape, title, to, figure, reason, owner, due, actions }: PhoneRowProps) {
  return (
    <div className="flex gap-3">
      <span className="mt-1 flex-none">{shape}</span>
      <div className="min-w-0 flex-1">
        <div className="flex items-baseline gap-3">
          <span className="min-w-0 flex-1 text-[0.9375rem] leading-[1.3125rem] font-row tracking-[-0.008em]">
            {to === undefined ? title : <Link href={to}>{title}</Link>}
          </span>
          {figure !== undefined && <span className="flex-none text-[0.9375rem] font-strong tabular-nums">{figure}</span>}
        </div>
        {reason !== undefined && <div className="text-ink-2">{reason}</div>}
        {(owner !== undefined || due !== undefined) && (
          <div className="mt-1.5 flex items-center justify-between gap-3 text-ink-2">
            <span className="min-w-0">{owner}</span>
            <span className="flex-none">{due}</span>
          </div>
        )}
        {actions !== undefined && <div className="mt-2.5 flex gap-2 [&>:first-child]:flex-1">{actions}</div>}
      </div>
    </div>
  );
}
