/** Inside a filter's popover: first the field, then operator and value. */
import { ChevronRight } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { Button } from './button.tsx';
import { Checkbox } from './checkbox.tsx';
import { type Choice, type Filter, type FilterField, operatorsFor, operatorWords, presenceStates } from './filter.ts';

const input = 'finger h-8 w-full rounded-control border border-line-strong bg-surface px-2.5';
const row = 'finger flex min-h-7.5 w-full items-center gap-2 rounded-control px-2 text-left hover:bg-accent-tint';

export function FilterPicker({ fields, onApply }: { fields: readonly FilterField[]; onApply: (filter: Filter) => void }) {
  const [field, setField] = useState<FilterField | null>(null);
  if (field !== null) return <FilterEditor field={field} filter={null} onApply={onApply} />;
  return (
    <div className="p-1">
      {fields.map((one) => (
        <button key={one.key} type="button" className={row} onClick={() => setField(one)}>
          <span className="flex-1">{one.label}</span>
          <ChevronRight size={14} aria-hidden="true" className="text-ink-3" />
        </button>
      ))}
    </div>
  );
}

type FilterEditorProps = { field: FilterField; filter: Filter | null; onApply: (filter: Filter) => void };
export function FilterEditor({ field, filter, onApply }: FilterEditorProps) {
  const operators = operatorsFor(field);
  const [operator, setOperator] = useState(filter?.operator ?? operators[0] ?? 'is');
  const [values, setValues] = useState<readonly string[]>(filter?.values ?? []);
  const apply = (event: FormEvent) => {
    event.preventDefault();
    onApply({ field: field.key, operator, values });
  };
  return (
    <form onSubmit={apply} className="p-3">
      <div className="mb-2 flex items-center gap-2">
        <span className="font-strong">{field.label}</span>
        {operators.length > 1 && (
          <select
            aria-label={`Operator of ${field.label}`}
            value={operator}
            onChange={(event) => setOperator(operators.find((one) => one === event.target.value) ?? operator)}
            className="finger h-6.5 rounded-control border border-line-strong bg-surface px-1.5 text-label"
          >
            {operators.map((one) => (
              <option key={one} value={one}>
                {operatorWords[one]}
              </option>
            ))}
          </select>
        )}
      </div>
      <ValueInput field={field} values={values} onChange={setValues} />
      <div className="mt-3 flex justify-end">
        <Button type="submit" kind="primary" size="small" disabled={values.length === 0 && filter === null}>
          {filter === null ? 'Add filter' : 'Change filter'}
        </Button>
      </div>
    </form>
  );
}

type ValueInputProps = { field: FilterField; values: readonly string[]; onChange: (values: readonly string[]) => void };
function ValueInput({ field, values, onChange }: ValueInputProps) {
  const single = (value: string) => onChange(value === '' ? [] : [value]);
  if (field.kind === 'choice' && field.single === true)
    return <OneOf field={field} choices={field.choices} values={values} onChoose={single} />;
  if (field.kind === 'presence') return <OneOf field={field} choices={presenceStates} values={values} onChoose={single} />;
  if (field.kind === 'choice') {
    const toggle = (value: string, on: boolean) => onChange(on ? [...values, value] : values.filter((one) => one !== value));
    return (
      <fieldset className="scroll-quiet -mx-1 max-h-64 overflow-y-auto">
        <legend className="sr-only">Values of {field.label}</legend>
        {field.choices.map(({ value, label }) => (
          // biome-ignore lint/a11y/noLabelWithoutControl: the Checkbox inside is the control
          <label key={value} className={row}>
            <Checkbox checked={values.includes(value)} onChange={(on) => toggle(value, on)} />
            {label}
          </label>
        ))}
      </fieldset>
    );
  }
  const types = { text: 'text', number: 'number', date: 'date' } as const;
  return (
    <input
      type={types[field.kind]}
      aria-label={`Value of ${field.label}`}
      // biome-ignore lint/a11y/noAutofocus: the popover was opened to type here
      autoFocus
      value={values[0] ?? ''}
      onChange={(event) => single(event.target.value)}
      className={input}
    />
  );
}

type OneOfProps = { field: FilterField; choices: readonly Choice[]; values: readonly string[]; onChoose: (value: string) => void };
function OneOf({ field, choices, values, onChoose }: OneOfProps) {
  return (
    <fieldset className="scroll-quiet -mx-1 max-h-64 overflow-y-auto">
      <legend className="sr-only">Values of {field.label}</legend>
      {choices.map(({ value, label }) => (
        <label key={value} className={row}>
          <input
            type="radio"
            name={field.key}
            checked={values[0] === value}
            onChange={() => onChoose(value)}
            className="size-4 accent-accent"
          />
          {label}
        </label>
      ))}
    </fieldset>
  );
}
