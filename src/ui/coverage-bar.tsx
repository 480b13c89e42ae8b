/** What was assessed, solid; what is unknown, hatched; both with percent. Stands under every posture number. */
import { formatPercent } from './format.ts';

type CoverageBarProps = {
  /** Share assessed, 0 to 1; null when not even that is known. */
  assessed: number | null;
  /** What the share is of: `by weight`, `of 412 assets`. */
  of: string;
  compact?: boolean;
  /** What the solid part is; default `assessed`. */
  word?: string;
};

/** Below half, the unknown share comes first. */
export function CoverageBar({ assessed, of, compact = false, word = 'assessed' }: CoverageBarProps) {
  const known = assessed ?? 0;
  const solid = (
    <span key="known">
      <b className="font-strong text-ink">{formatPercent(known)}</b> {word} {of}
    </span>
  );
  const open = (
    <span key="open" className={known < 0.5 ? 'font-strong text-ink' : 'text-ink-3'}>
      {assessed === null ? 'Coverage unknown' : `${formatPercent(1 - known)} unknown`}
    </span>
  );
  return (
    <div>
      <div aria-hidden="true" className="flex h-2 gap-px">
        {known > 0 && <span className="measure h-full rounded-l-tag bg-c5" style={{ width: `${known * 100}%` }} />}
        {known < 1 && <span className="hatch h-full flex-1 rounded-r-tag" />}
      </div>
      <p className={`flex justify-between gap-3 text-ink-2 tabular-nums ${compact ? 'mt-1 text-label' : 'mt-2 text-body'}`}>
        {assessed === null ? open : known < 0.5 ? [open, solid] : [solid, open]}
      </p>
    </div>
  );
}
