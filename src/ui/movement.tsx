/** Why a number moved: signed lines whose sum is the change shown. */
import { ArrowDown, ArrowUp } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { classNames } from './class-names.ts';
import { formatNumber, formatSigned, plural } from './format.ts';
import { RelativeTime } from './relative-time.tsx';

/** Which way is good follows the measure. */
export type Good = 'up' | 'down' | 'neither';
const inkOf = (value: number, good: Good): string => {
  if (value === 0 || good === 'neither') return 'text-ink-2';
  return value > 0 === (good === 'up') ? 'text-ok-ink' : 'text-critical-ink';
};

export type Movement = {
  readonly id: string;
  readonly delta: number;
  readonly cause: string;
  readonly at: string /** Opens the cause. */;
  readonly to?: string | undefined;
};

type MovementLedgerProps = { movements: readonly Movement[]; good: Good; digits?: number };
export function MovementLedger({ movements, good, digits = 1 }: MovementLedgerProps) {
  return (
    <ul className="grid gap-y-1.5">
      {movements.map(({ id, delta, cause, at, to }) => (
        <li key={id} className="flex items-baseline gap-2">
          <span className={classNames('w-9.5 flex-none text-right font-strong tabular-nums', inkOf(delta, good))}>
            {formatSigned(delta, { digits })}
          </span>
          <span className="min-w-0 flex-1">
            {to === undefined ? (
              cause
            ) : (
              <Link href={to} className="rounded-tag hover:underline hover:underline-offset-2">
                {cause}
              </Link>
            )}
          </span>
          <span className="flex-none text-ink-3">
            <RelativeTime at={at} form="age" />
          </span>
        </li>
      ))}
    </ul>
  );
}

/** `5 changes, sum −3.4`: stands in the heading of a ledger. */
export function movementSum(movements: readonly Pick<Movement, 'delta'>[], digits = 1): string {
  const sum = movements.reduce((total, { delta }) => total + delta, 0);
  return `${plural(movements.length, 'change')}, sum ${formatSigned(sum, { digits })}`;
}

type ChangeProps = { delta: number | null; good: Good; digits?: number /** `from 71.8 yesterday`. */; note?: ReactNode };
/** Arrow and amount first, colour second. */
export function Delta({ delta, good, digits = 1, note }: ChangeProps) {
  if (delta === null) return <span className="text-ink-3">no earlier value</span>;
  const Arrow = delta < 0 ? ArrowDown : ArrowUp;
  return (
    <span className="inline-block">
      <span className={classNames('inline-flex items-center gap-1 font-strong tabular-nums', inkOf(delta, good))}>
        {delta === 0 ? null : <Arrow size={14} aria-hidden="true" />}
        <span className="sr-only">{delta < 0 ? 'down ' : 'up '}</span>
        {delta === 0 ? 'unchanged' : formatNumber(Math.abs(delta), { digits })}
      </span>
      {note !== undefined && <span className="block text-label text-ink-2">{note}</span>}
    </span>
  );
}
