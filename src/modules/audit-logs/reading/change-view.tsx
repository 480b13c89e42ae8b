/** What a change did: each field with its value before and after. Values come from callers, so they are shown as inert text. */
import { ArrowRight } from 'lucide-react';
import { InertText } from '../../../ui/inert-text.tsx';
import type { AuditEntry } from '../contract.ts';

type Change = NonNullable<AuditEntry['change']>;

/** One line for a list: `role: analyst → ciso`. */
export function changeSummary(change: AuditEntry['change']): string {
  if (change === null || change.fields.length === 0) return '';
  if (change.tooLarge) return `${change.fields.join(', ')} (values too large to keep)`;
  return change.fields
    .slice(0, 3)
    .map((field) => {
      const { before, after } = sides(change, field);
      return before === undefined ? `${field}: ${text(after)}` : `${field}: ${text(before)} → ${text(after)}`;
    })
    .join(', ')
    .concat(change.fields.length > 3 ? `, ${change.fields.length - 3} more` : '');
}

export function ChangeView({ change }: { change: Change }) {
  if (change.tooLarge) {
    return <p className="text-ink-2">The values were too large for an entry. Changed: {change.fields.join(', ')}.</p>;
  }
  return (
    <dl className="grid gap-2">
      {change.fields.map((field) => {
        const { before, after } = sides(change, field);
        return (
          <div key={field}>
            <dt className="mono text-mark text-ink-3">{field === '' ? 'value' : field}</dt>
            <dd className="mono flex flex-wrap items-baseline gap-x-2 gap-y-1 text-code">
              {before !== undefined && (
                <span className="rounded-tag bg-critical-tint px-1 text-critical-ink">
                  <span aria-hidden="true">− </span>
                  <span className="sr-only">before: </span>
                  <InertText text={text(before)} />
                </span>
              )}
              {before !== undefined && after !== undefined && <ArrowRight size={12} aria-hidden="true" className="text-ink-3" />}
              {after !== undefined && (
                <span className="rounded-tag bg-ok-tint px-1 text-ok-ink">
                  <span aria-hidden="true">+ </span>
                  <span className="sr-only">after: </span>
                  <InertText text={text(after)} />
                </span>
              )}
            </dd>
          </div>
        );
      })}
    </dl>
  );
}

function sides({ before, after }: Change, field: string): { before: unknown; after: unknown } {
  return { before: member(before, field), after: member(after, field) };
}

function member(side: unknown, field: string): unknown {
  return typeof side === 'object' && side !== null && Object.hasOwn(side, field) ? Reflect.get(side, field) : undefined;
}

function text(value: unknown): string {
  if (value === undefined) return 'nothing';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
