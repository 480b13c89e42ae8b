/** How far the chain is proven: computed by the server from the stored bytes, never by the page. */
import { useState } from 'react';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { Button, TextLink } from '../../../ui/button.tsx';
import { formatNumber, plural } from '../../../ui/format.ts';
import { ProblemNote } from '../../../ui/loaded.tsx';
import { Popover } from '../../../ui/popover.tsx';
import { FullTime, RelativeTime } from '../../../ui/relative-time.tsx';
import { Shape } from '../../../ui/shape.tsx';
import type { ShapeName, Tone } from '../../../ui/words.ts';
import { type Verification, verifyAuditLog } from '../contract.ts';

const looks: Readonly<Record<Verification['state'], { shape: ShapeName; tone: Tone }>> = {
  verified: { shape: 'ok', tone: 'ok' },
  running: { shape: 'in-progress', tone: 'accent' },
  tampered: { shape: 'critical', tone: 'critical' },
  empty: { shape: 'unknown', tone: 'unknown' },
};

export function VerificationBadge() {
  const [isOpen, setOpen] = useState(false);
  const verification = useEndpoint(verifyAuditLog, {}, { everyMs: 15_000 });
  const { data, error } = verification;
  if (data === undefined) {
    const words = error === null ? 'Verifying…' : 'Verification unknown';
    return <Trigger words={words} shape="unknown" tone="unknown" error={error} onRetry={() => void verification.refetch()} />;
  }
  const { shape, tone } = lookOf(data);
  return (
    <Popover
      label="Verification of the audit log"
      open={isOpen}
      onOpenChange={setOpen}
      trigger={
        <Button kind={data.state === 'tampered' ? 'destructive' : 'secondary'}>
          <Shape name={shape} tone={tone} /> {headline(data)}
        </Button>
      }
    >
      <Details verification={data} />
    </Popover>
  );
}

type TriggerProps = { words: string; shape: ShapeName; tone: Tone; error: unknown; onRetry: () => void };
function Trigger({ words, shape, tone, error, onRetry }: TriggerProps) {
  const [isOpen, setOpen] = useState(false);
  if (error === null) {
    return (
      <span role="status" className="inline-flex items-center gap-2 text-ink-2">
        <Shape name={shape} tone={tone} /> {words}
      </span>
    );
  }
  return (
    <Popover
      label="Verification of the audit log"
      open={isOpen}
      onOpenChange={setOpen}
      trigger={
        <Button>
          <Shape name={shape} tone={tone} /> {words}
        </Button>
      }
    >
      <ProblemNote error={error} onRetry={onRetry} />
    </Popover>
  );
}

export function headline({ state, goodTo, size, checkedTo, anchored, places }: Verification): string {
  if (state === 'tampered') return `Doubt: good up to entry ${formatNumber(goodTo)} of ${formatNumber(size)}`;
  if (state === 'running') return `Verifying: ${formatNumber(checkedTo)} of ${formatNumber(size)}`;
  if (state === 'empty') return 'No entries to verify';
  const failing = failingOf(places);
  if (failing > 0) return `Verified to ${formatNumber(goodTo)} · ${failing} of ${plural(places.length, 'place')} failing`;
  return `Verified to ${formatNumber(goodTo)} · ${anchored === null ? 'unanchored' : `anchored to ${formatNumber(anchored.size)}`}`;
}

const failingOf = (places: Verification['places']): number => places.filter(({ failing }) => failing !== null).length;

/** What is proven here alone, or kept in fewer places than there are to be, is no doubt, and not all well. */
export function lookOf({ state, places, anchored }: Verification): { shape: ShapeName; tone: Tone } {
  if (state !== 'verified') return looks[state];
  if (failingOf(places) > 0) return { shape: 'high', tone: 'high' };
  return anchored === null ? { shape: 'ok', tone: 'unknown' } : looks.verified;
}

function Anchoring({ verification: { anchored, checkpoint } }: { verification: Verification }) {
  const signed =
    checkpoint === null ? (
      'No checkpoint is signed yet.'
    ) : (
      <>
        The newest signed checkpoint is of {plural(checkpoint.size, 'entry', 'entries')}, made <RelativeTime at={checkpoint.madeAt} />.
      </>
    );
  if (anchored === null)
    return (
      <p className="text-ink-2">
        {signed} <b className="font-strong">Unanchored:</b> no checkpoint is kept in a second place. Somebody with the rights of the
        database and the signing key could rewrite everything, and it would not be seen here.
      </p>
    );
  return (
    <p className="text-ink-2">
      {signed} <b className="font-strong">Anchored:</b> {plural(anchored.size, 'entry', 'entries')} in{' '}
      <span className="mono text-mark break-all">{anchored.place}</span>, <RelativeTime at={anchored.at} />. What came after it is at risk
      until the next.
    </p>
  );
}

function Details({ verification }: { verification: Verification }) {
  const { defects, defectCount, checks, sweepFinishedAt, newestLeaf } = verification;
  return (
    <div className="grid max-w-110 gap-3 p-4">
      {defectCount > 0 && (
        <div className="rounded-control bg-critical-tint px-3 py-2 text-critical-ink">
          <p className="font-strong">{plural(defectCount, 'place')} where the log is not what was written</p>
          <ul className="mt-1 grid gap-1">
            {defects.slice(0, 8).map((defect) => (
              <li key={`${defect.index} ${defect.kind} ${defect.sentence}`}>{defect.sentence}</li>
            ))}
          </ul>
        </div>
      )}
      <p className="text-ink-2">
        {sweepFinishedAt === null ? (
          'The first whole sweep is still running.'
        ) : (
          <>
            Every stored byte was last recomputed <FullTime at={sweepFinishedAt} />. A whole sweep begins anew each minute while this page
            is open.
          </>
        )}
      </p>
      <div>
        <p className="text-label text-ink-3">What was recomputed</p>
        <ul className="list-disc pl-4 text-ink-2">
          {checks.map((check) => (
            <li key={check}>{check}</li>
          ))}
        </ul>
      </div>
      <Anchoring verification={verification} />
      <p>
        <TextLink to="/audit-logs/verification">Second places, checkpoints and keys</TextLink>
      </p>
      {newestLeaf !== null && (
        <p className="text-ink-2">
          Newest hash <span className="mono text-mark break-all">{newestLeaf}</span>
        </p>
      )}
      <p className="text-ink-3">
        Sweep begun <RelativeTime at={verification.sweepStartedAt} />
      </p>
    </div>
  );
}
