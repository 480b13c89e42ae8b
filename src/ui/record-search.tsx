/** Finds one record among many by words, and chooses it: in dialogs, where a list of all would be too long. */
import { type ReactNode, useId } from 'react';
import { useController } from 'react-hook-form';
import { FieldFrame } from './form.tsx';
import { plural } from './format.ts';
import { inertLine } from './inert.ts';
import { type Answer, Loaded } from './loaded.tsx';
import { ScrollRegion } from './scroll-region.tsx';

/** As many as are shown at once; who wants another one types. */
export const mostFound = 12;

type Found<Item> = { readonly items: readonly Item[]; readonly total: number };
type SearchedProps<Item> = {
  /** One record and many, in small letters: `['data set', 'data sets']`. */
  noun: readonly [one: string, many: string];
  /** What the words are looked for in: `Name, owner, tag or key`. */
  placeholder: string;
  text: string;
  onText: (text: string) => void;
  found: Answer<Found<Item>>;
  /** Right of the name: its type, its environment. */
  noteOf: (item: Item) => ReactNode;
  /** Said when there is none at all. */
  nothing?: string;
};
type Named = { readonly id: string; readonly name: string };
type RecordSearchProps<Item> = SearchedProps<Item> & {
  /** Over the field, where it stands for itself. */
  label?: string;
  chosen: string | null;
  onChoose: (id: string) => void;
};

export function RecordSearch<Item extends Named>({ label, ...search }: RecordSearchProps<Item>) {
  if (label === undefined) return <Search {...search} />;
  return (
    <fieldset className="min-w-0">
      <legend className="mb-1 font-name">{label}</legend>
      <Search {...search} />
    </fieldset>
  );
}

/** The same as a field of a form: its value is the id of the record. */
export function RecordField<Item extends Named>({ name, label, ...search }: SearchedProps<Item> & { name: string; label: string }) {
  const { field } = useController({ name });
  return (
    <FieldFrame name={name} label={label}>
      {({ id }) => <Search {...search} inputId={id} chosen={field.value === '' ? null : field.value} onChoose={field.onChange} />}
    </FieldFrame>
  );
}

type SearchProps<Item> = Omit<RecordSearchProps<Item>, 'label'> & { inputId?: string };

function Search<Item extends Named>(props: SearchProps<Item>) {
  const { noun, placeholder, text, onText, found, noteOf, nothing, chosen, onChoose, inputId } = props;
  const [one, many] = noun;
  const group = useId();
  return (
    <>
      <input
        id={inputId}
        type="search"
        value={text}
        onChange={(event) => onText(event.target.value)}
        aria-label={inputId === undefined ? `Search the ${many}` : undefined}
        placeholder={placeholder}
        autoComplete="off"
        className="finger h-8 w-full rounded-control border border-line-strong bg-surface px-2.5"
      />
      <Loaded answer={found} lines={2} waitsFor={`the ${many}`} isEmpty={() => false}>
        {({ items, total }) => (
          <>
            <ScrollRegion label={`Found ${many}`} className="max-h-44 overflow-y-auto">
              {items.map((item) => (
                <label key={item.id} className="finger flex min-h-8 items-center gap-2 border-b border-line last:border-0">
                  <input type="radio" name={group} checked={chosen === item.id} onChange={() => onChoose(item.id)} />
                  <span className="min-w-0 truncate">{inertLine(item.name, 200)}</span>
                  <span className="ml-auto flex-none text-label text-ink-3">{noteOf(item)}</span>
                </label>
              ))}
            </ScrollRegion>
            {items.length === 0 && (
              <p className="py-2 text-ink-2">{text.trim() === '' && nothing !== undefined ? nothing : `No ${one} matches.`}</p>
            )}
            {total > items.length && (
              <p className="pt-1 text-label text-ink-3">
                and {plural(total - items.length, `more ${one}`, `more ${many}`)}: type to find one
              </p>
            )}
          </>
        )}
      </Loaded>
    </>
  );
}
