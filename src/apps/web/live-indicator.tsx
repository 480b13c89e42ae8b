/** The state of the stream in words: Live and how old, Reconnecting and since when, Paused with a way on. */
import { RotateCcw } from 'lucide-react';
import { useContext, useEffect, useState } from 'react';
import type { LiveStatus } from '../../client/live.ts';
import { useSession } from '../../client/session.ts';
import { LiveContext, useLiveStatus } from '../../client/use-live.ts';
import { Button } from '../../ui/button.tsx';
import { formatClock, formatDuration } from '../../ui/time.ts';

function useSeconds(): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => !document.hidden && setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

const seconds = (ms: number): string => formatDuration(Math.max(1000, Math.floor(ms / 1000) * 1000)).replace('.0', '');

function words({ state, since, heardAt }: LiveStatus, now: number): { word: string; age: string } {
  if (state === 'live') return { word: 'Live', age: heardAt === null ? '' : seconds(now - heardAt) };
  if (state === 'connecting') return { word: 'Connecting', age: '' };
  if (state === 'reconnecting') return { word: 'Reconnecting', age: seconds(now - since) };
  return { word: heardAt === null ? 'Paused' : `Paused, last ${formatClock(heardAt)}`, age: '' };
}

/** `compact` leaves the age out, where there is little room. */
export function LiveIndicator({ compact = false }: { compact?: boolean }) {
  const stream = useContext(LiveContext);
  const status = useLiveStatus();
  const now = useSeconds();
  const { user } = useSession();
  // Nothing connects until a second factor that is overdue is set up.
  if (user?.factorDemand?.enrolmentOnly) return null;
  const { word, age } = words(status, now);
  const isLost = status.state === 'reconnecting' || status.state === 'paused';
  return (
    <span
      className="inline-flex items-center gap-2 px-1.5 whitespace-nowrap text-ink-2"
      title={status.heardAt === null ? undefined : `The server was last heard of at ${formatClock(status.heardAt)}`}
    >
      <Dot state={status.state} />
      <span>
        {word}
        {!compact && age !== '' && <span className="ml-1.5 inline-block min-w-7 tabular-nums">{age}</span>}
      </span>
      <span role={isLost ? 'alert' : undefined} className="sr-only">
        {isLost ? `Connection: ${word}` : ''}
      </span>
      {status.state === 'paused' && (
        <Button size="small" kind="quiet" icon={RotateCcw} onClick={() => stream?.retry()}>
          Retry
        </Button>
      )}
    </span>
  );
}

function Dot({ state }: { state: LiveStatus['state'] }) {
  if (state === 'live') return <span aria-hidden="true" className="measure size-2 rounded-round bg-ok outline-4 outline-ok-tint" />;
  return (
    <span
      aria-hidden="true"
      className={`size-2.5 rounded-round border-2 ${state === 'paused' ? 'border-high' : 'border-dashed border-unknown'}`}
    />
  );
}
