/** Label and value lines of a record. */
import type { ReactNode } from 'react';

export type Field = {
  readonly label: string /** null is shown as `unknown` with `reason`. */;
  readonly value: ReactNode;
  readonly reason?: string;
};

/** On a phone a wider label would leave its value too little: the value stands below it. */
const widestBeside = 150;

export function FieldList({ fields, labelWidth = 70 }: { fields: readonly Field[]; labelWidth?: number }) {
  return (
    <dl className="grid gap-y-1.5">
      {fields.map(({ label, value, reason }) => (
        <div key={label} className={labelWidth > widestBeside ? 'items-baseline tablet:flex' : 'flex items-baseline'}>
          <dt className="flex-none text-ink-3" style={{ width: labelWidth }}>
            {label}
          </dt>
          <dd className="min-w-0 flex-1 break-words">
            {value ?? (
              <span className="text-unknown-ink">unknown{reason !== undefined && <span className="text-ink-3">, {reason}</span>}</span>
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}
