/** Text field and chips above a list. Each chip is one condition: field, operator, value; it opens to be edited. */
import { Plus, Search, X } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { Button } from './button.tsx';
import { classNames } from './class-names.ts';
import { type Filter, type FilterField, filterWords, withFilter } from './filter.ts';
import { FilterEditor, FilterPicker } from './filter-editor.tsx';
import { Keys } from './kbd.tsx';
import { useKeys } from './keys.ts';
import { Popover } from './popover.tsx';
import { type Filters, withoutLast } from './use-filters.ts';

type FilterBarProps = {
  fields: readonly FilterField[];
  filters: Filters;
  /** What the text field searches: `Title, id or component`. */
  placeholder?: string | undefined;
  /** False where nothing searches by words: then there is no field for them. */
  hasText?: boolean;
  /** Keys of fields whose values nobody understands: their chips say so. */
  unheard?: readonly string[];
  /** Saves the present filters as a view; absent when that cannot be done. */
  onSaveView?: (() => void) | undefined;
  /** Key of the field whose chip leaves no rows. */
  emptiedBy?: string | undefined;
  children?: ReactNode;
};

const typingMs = 250;

export function FilterBar({
  fields,
  filters,
  placeholder = 'Text or field',
  hasText = true,
  unheard = [],
  onSaveView,
  emptiedBy,
  children,
}: FilterBarProps) {
  const change = (filter: Filter, replaces: Filter | null) => filters.change({ filters: withFilter(filters.filters, filter, replaces) });
  return (
    <search className="flex flex-none flex-wrap items-center gap-2 px-4 py-2.5 tablet:px-6">
      {hasText && <FilterText filters={filters} placeholder={placeholder} />}
      {filters.filters.map((filter) => (
        <FilterChip
          key={`${filter.field}.${filter.operator}`}
          filter={filter}
          fields={fields}
          isEmptying={emptiedBy === filter.field}
          isUnheard={unheard.includes(filter.field)}
          onChange={(next) => change(next, filter)}
        />
      ))}
      <AddFilter fields={fields} isAlone={!hasText} onAdd={(filter) => change(filter, null)} />
      {!filters.isEmpty && (
        <Button kind="quiet" onClick={filters.clear}>
          Clear
        </Button>
      )}
      <span className="ml-auto inline-flex items-center gap-2">
        {children}
        {onSaveView && !filters.isEmpty && (
          <Button kind="quiet" onClick={onSaveView}>
            Save view
          </Button>
        )}
      </span>
    </search>
  );
}

function FilterText({ filters, placeholder }: { filters: Filters; placeholder: string }) {
  const field = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState(filters.text);
  useKeys('List', [{ keys: '/', label: 'Filter', run: () => field.current?.focus() }]);
  useEffect(() => setTyped(filters.text), [filters.text]);
  const { change } = filters;
  useEffect(() => {
    if (typed === filters.text) return;
    const timer = setTimeout(() => change({ text: typed }), typingMs);
    return () => clearTimeout(timer);
  }, [typed, filters.text, change]);
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key === 'Backspace' && typed === '' && filters.filters.length > 0) change({ filters: withoutLast(filters.filters) });
    if (event.key === 'Escape') event.currentTarget.blur();
    if (event.key === 'Enter') change({ text: typed });
  };
  return (
    <div className="relative w-full tablet:w-64">
      <Search size={14} aria-hidden="true" className="pointer-events-none absolute top-1/2 left-2.5 -translate-y-1/2 text-ink-3" />
      <input
        ref={field}
        type="search"
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={onKeyDown}
        placeholder={placeholder}
        aria-label={`Filter by text: ${placeholder}`}
        autoComplete="off"
        className="finger h-7.5 w-full rounded-control border border-line-strong bg-surface pr-9 pl-8 [&::-webkit-search-cancel-button]:hidden"
      />
      <span aria-hidden="true" className="pointer-events-none absolute top-1/2 right-1.5 hidden -translate-y-1/2 tablet:block">
        <Keys keys="/" />
      </span>
    </div>
  );
}

type FilterChipProps = {
  filter: Filter;
  fields: readonly FilterField[];
  isEmptying: boolean;
  isUnheard: boolean;
  onChange: (filter: Filter) => void;
};
function FilterChip({ filter, fields, isEmptying, isUnheard, onChange }: FilterChipProps) {
  const [open, setOpen] = useState(false);
  const field = fields.find(({ key }) => key === filter.field);
  const words = filterWords(filter, fields);
  const text = `${words.field} ${words.operator} ${words.value}`;
  return (
    <span
      className={classNames(
        'inline-flex min-h-7 max-w-full items-stretch rounded-chip bg-accent-tint text-body',
        isEmptying && 'outline-1 outline-dashed outline-high',
      )}
    >
      <Popover
        open={open}
        onOpenChange={setOpen}
        label={`Change the filter ${text}`}
        trigger={
          <button
            type="button"
            className="finger inline-flex min-w-0 items-center gap-1 rounded-l-chip pr-1 pl-2.5 hover:underline hover:decoration-line-strong hover:underline-offset-3"
          >
            <span className="text-ink-2">
              {words.field} {words.operator}
            </span>
            <span className={classNames('truncate font-name', isUnheard && 'line-through')}>{words.value}</span>
            {isUnheard && <span className="text-ink-2">not understood, left out</span>}
          </button>
        }
      >
        {field && (
          <FilterEditor
            field={field}
            filter={filter}
            onApply={(next) => {
              setOpen(false);
              onChange(next);
            }}
          />
        )}
      </Popover>
      <button
        type="button"
        aria-label={`Remove the filter ${text}`}
        title={isEmptying ? 'This filter leaves no rows' : `Remove the filter ${text}`}
        onClick={() => onChange({ ...filter, values: [] })}
        className="finger inline-flex w-6.5 items-center justify-center rounded-r-chip text-ink-2 hover:text-ink"
      >
        <X size={13} aria-hidden="true" />
      </button>
    </span>
  );
}

/** Beside a text field it is quiet; alone it stands on the margin with a border of its own. */
function AddFilter({ fields, isAlone, onAdd }: { fields: readonly FilterField[]; isAlone: boolean; onAdd: (filter: Filter) => void }) {
  const [open, setOpen] = useState(false);
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      label="Add a filter"
      trigger={
        <Button kind={isAlone ? 'secondary' : 'quiet'} icon={Plus}>
          Filter
        </Button>
      }
    >
      <FilterPicker
        fields={fields}
        onApply={(filter) => {
          setOpen(false);
          onAdd(filter);
        }}
      />
    </Popover>
  );
}
