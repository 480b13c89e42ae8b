/** Labelled controls outside a form: what they hold is used at once. */
import { type ReactNode, useId } from 'react';
import { classNames } from './class-names.ts';

type ChoiceProps = {
  label: string;
  value: string;
  choices: readonly { readonly value: string; readonly label: string }[];
  onChange: (value: string) => void;
  /** The label is read out only: its place says what it is. */
  isQuiet?: boolean;
};
/** A labelled select outside a form. */
export function Choice({ label, value, choices, onChange, isQuiet = false }: ChoiceProps) {
  const id = useId();
  return (
    <div className="min-w-0">
      <label htmlFor={id} className={isQuiet ? 'sr-only' : 'mb-1 block font-name'}>
        {label}
      </label>
      <select
        id={id}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        className="finger h-8 w-full rounded-control border border-line-strong bg-surface px-2.5 text-body"
      >
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value}>
            {choice.label}
          </option>
        ))}
      </select>
    </div>
  );
}

type TextLineProps = {
  label: string;
  value: string;
  onChange: (value: string) => void;
  help?: ReactNode;
  list?: readonly string[];
  /** Words instead of a path or an id. */
  plain?: boolean;
};
/** A labelled line of text outside a form. */
export function TextLine({ label, value, onChange, help, list, plain = false }: TextLineProps) {
  const id = useId();
  return (
    <div className="min-w-0">
      <label htmlFor={id} className="mb-1 block font-name">
        {label}
      </label>
      <input
        id={id}
        list={list === undefined ? undefined : `${id}-list`}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        spellCheck={false}
        autoComplete="off"
        className={classNames(
          'finger h-9 w-full rounded-control border border-line-strong bg-surface px-2.5',
          plain ? 'text-body' : 'mono text-code',
        )}
      />
      {list !== undefined && (
        <datalist id={`${id}-list`}>
          {list.map((one) => (
            <option key={one} value={one} />
          ))}
        </datalist>
      )}
      {help !== undefined && <p className="mt-1.5 text-label text-ink-3">{help}</p>}
    </div>
  );
}

type TextBoxProps = Omit<TextLineProps, 'list' | 'plain'> & { rows?: number };
/** Several labelled lines of text outside a form. */
export function TextBox({ label, value, onChange, help, rows = 3 }: TextBoxProps) {
  const id = useId();
  return (
    <div className="min-w-0">
      <label htmlFor={id} className="mb-1 block font-name">
        {label}
      </label>
      <textarea
        id={id}
        rows={rows}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        spellCheck={false}
        className="mono w-full rounded-control border border-line-strong bg-surface px-2.5 py-1.5 text-code"
      />
      {help !== undefined && <p className="mt-1.5 text-label text-ink-3">{help}</p>}
    </div>
  );
}

type CheckLineProps = { checked: boolean; onChange: (checked: boolean) => void; children: ReactNode };
/** A checkbox with its words outside a form; the whole line is pressed. */
export function CheckLine({ checked, onChange, children }: CheckLineProps) {
  return (
    <label className="finger flex items-start gap-2.5 py-1">
      <input
        type="checkbox"
        checked={checked}
        onChange={(event) => onChange(event.target.checked)}
        className="mt-0.5 size-4 flex-none rounded-tag border-line-strong accent-accent"
      />
      {children}
    </label>
  );
}
