/** Running sessions: browser, place and time of each, and its end. */
import { Monitor, Smartphone } from 'lucide-react';
import { useChange } from '../../../client/use-change.ts';
import { Button } from '../../../ui/button.tsx';
import { InertText } from '../../../ui/inert-text.tsx';
import { RelativeTime } from '../../../ui/relative-time.tsx';
import { Badge } from '../../../ui/tag.tsx';
import { toast } from '../../../ui/toast-store.ts';
import { methodWords } from '../account/method-words.tsx';
import { browserName, endSession, type Session } from '../contract.ts';

export function SessionList({ sessions }: { sessions: readonly Session[] }) {
  return (
    <ul>
      {sessions.map((session) => (
        <SessionRow key={session.id} session={session} />
      ))}
    </ul>
  );
}

function SessionRow({ session }: { session: Session }) {
  const change = useChange(endSession, {
    onDone: () => toast({ text: 'Ended the session' }),
    onRefused: (problem) => toast({ text: problem.message }),
  });
  const name = browserName(session.userAgent);
  const Icon = /iPhone|Android|Mobile/.test(session.userAgent ?? '') ? Smartphone : Monitor;
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-line py-2 last:border-b-0">
      <Icon size={16} aria-hidden="true" className="flex-none text-ink-3" />
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-2 font-name" title={session.userAgent ?? undefined}>
          <InertText text={name} limit={120} />
          {session.current && <Badge tone="accent">This one</Badge>}
        </p>
        <p className="text-ink-2">
          By {methodWords(session.method, session.proofs)}, from {session.address ?? 'an unknown address'}, used{' '}
          <RelativeTime at={session.lastSeenAt} />, begun <RelativeTime at={session.startedAt} />, ends at the latest{' '}
          <RelativeTime at={session.expiresAt} />
        </p>
      </div>
      {!session.current && (
        <Button
          size="small"
          kind="destructive"
          aria-label={`End the session ${name}`}
          busy={change.isRunning && 'Ending…'}
          onClick={() => void change.run({ id: session.id })}
        >
          End
        </Button>
      )}
    </li>
  );
}
