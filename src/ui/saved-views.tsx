/** Views of one list as tabs with counts; what does not fit waits under "3 more". */
import { ChevronDown } from 'lucide-react';
import { type RefObject, useLayoutEffect, useRef, useState } from 'react';
import { Link } from 'wouter';
import { Button } from './button.tsx';
import { classNames } from './class-names.ts';
import { formatNumber } from './format.ts';
import { Menu } from './menu.tsx';

export type SavedView = {
  readonly id: string;
  readonly name: string;
  /** null: not counted yet, nothing is shown. */
  readonly count: number | null;
  /** Address with the view's filters and order. */
  readonly to: string;
};

type SavedViewsProps = {
  label: string;
  views: readonly SavedView[];
  /** The chosen view; null when the filters match none. */
  current: string | null;
  onChoose: (view: SavedView) => void;
  /** The chosen view's filters were changed and not saved. */
  isChanged?: boolean;
  onSave?: (() => void) | undefined;
  onReset?: (() => void) | undefined;
};

export function SavedViews({ label, views, current, onChoose, isChanged = false, onSave, onReset }: SavedViewsProps) {
  const bar = useRef<HTMLDivElement>(null);
  const fitting = useFitting(bar, views);
  const shown = views.slice(0, fitting);
  const rest = views.slice(fitting);
  return (
    <nav aria-label={label} className="flex flex-none items-stretch border-b border-line px-2 tablet:px-4">
      <div ref={bar} className="flex min-w-0 flex-1 overflow-hidden">
        {shown.map((view) => (
          <ViewTab key={view.id} view={view} isCurrent={view.id === current} isChanged={isChanged} />
        ))}
      </div>
      {isChanged && (onSave || onReset) && (
        <span className="flex items-center gap-1">
          {onSave && (
            <Button kind="quiet" size="small" onClick={onSave}>
              Save
            </Button>
          )}
          {onReset && (
            <Button kind="quiet" size="small" onClick={onReset}>
              Reset
            </Button>
          )}
        </span>
      )}
      {rest.length > 0 && (
        <span className="flex items-center">
          <Menu
            trigger={
              <Button kind="quiet" after={<ChevronDown size={14} aria-hidden="true" />}>
                {rest.some(({ id }) => id === current) ? (rest.find(({ id }) => id === current)?.name ?? '') : `${rest.length} more`}
              </Button>
            }
            items={rest.map((view) => ({
              label: view.count === null ? view.name : `${view.name} (${formatNumber(view.count)})`,
              chosen: view.id === current,
              run: () => onChoose(view),
            }))}
          />
        </span>
      )}
    </nav>
  );
}

function ViewTab({ view, isCurrent, isChanged }: { view: SavedView; isCurrent: boolean; isChanged: boolean }) {
  return (
    <Link
      href={view.to}
      aria-current={isCurrent ? 'page' : undefined}
      className={classNames(
        'finger -mb-px flex h-9.5 flex-none items-center gap-1.5 border-b-2 px-2 whitespace-nowrap transition-colors focus-visible:-outline-offset-2',
        isCurrent ? 'border-accent font-strong text-ink' : 'border-transparent font-name text-ink-2 hover:text-ink',
      )}
    >
      {view.name}
      {view.count !== null && <span className="text-label font-regular text-ink-3 tabular-nums">{formatNumber(view.count)}</span>}
      {isCurrent && isChanged && (
        <span role="img" aria-label="changed, not saved" title="Changed, not saved" className="size-1.5 rounded-round bg-accent" />
      )}
    </Link>
  );
}

/** Approximate widths from the words, so that nothing has to be drawn and measured twice. */
const tabWidth = ({ name, count }: SavedView): number => 24 + name.length * 7.4 + (count === null ? 0 : 8 + String(count).length * 7.5);

function useFitting(bar: RefObject<HTMLElement | null>, views: readonly SavedView[]): number {
  const [width, setWidth] = useState(Number.POSITIVE_INFINITY);
  useLayoutEffect(() => {
    const element = bar.current;
    if (element === null) return;
    setWidth(element.clientWidth);
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, [bar]);
  let used = 0;
  const tooMany = views.findIndex((view) => {
    used += tabWidth(view);
    return used > width;
  });
  return tooMany === -1 ? views.length : Math.max(1, tooMany);
}
