/** A tile whose slice did not answer: says so in words, never 0. */
import { Shape } from '../../ui/shape.tsx';

export function Unavailable({ reason }: { reason: string | null }) {
  return (
    <p className="flex gap-2 text-ink-2">
      <span className="mt-0.5">
        <Shape name="unknown" tone="unknown" />
      </span>
      <span>
        <b className="font-name text-ink">unavailable</b>
        <br />
        {reason ?? 'This part did not answer.'}
      </span>
    </p>
  );
}
