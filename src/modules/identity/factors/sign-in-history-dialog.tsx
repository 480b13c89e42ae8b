/** How one person signed in, or others tried to as them. */
import { useEndpointPages } from '../../../client/use-endpoint-pages.ts';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { InertText } from '../../../ui/inert-text.tsx';
import { EmptyNote, Loaded } from '../../../ui/loaded.tsx';
import { RelativeTime } from '../../../ui/relative-time.tsx';
import { Shape } from '../../../ui/shape.tsx';
import { methodWords } from '../account/method-words.tsx';
import { browserName, listSignIns, type SignIn, type User } from '../contract.ts';

export function SignInHistoryDialog({ user, onClose }: { user: User | null; onClose: () => void }) {
  return user === null ? null : <OpenDialog user={user} onClose={onClose} />;
}

function OpenDialog({ user, onClose }: { user: User; onClose: () => void }) {
  const list = useEndpointPages(listSignIns, { id: user.id, limit: 20 });
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Sign-ins of ${user.name}`}
      description="Of the last 90 days, newest first, tries included."
      actions={<Button onClick={onClose}>Close</Button>}
    >
      <Loaded answer={list} empty={<EmptyNote title="No sign-in in 90 days">Registration itself is not one.</EmptyNote>}>
        {(rows) => (
          <ul>
            {rows.map((row) => (
              <SignInRow key={row.id} row={row} />
            ))}
          </ul>
        )}
      </Loaded>
      {list.hasMore && (
        <Button size="small" busy={list.isLoadingMore && 'Loading…'} onClick={list.loadMore}>
          Show older ones
        </Button>
      )}
    </Dialog>
  );
}

const outcomes = {
  done: { words: 'Signed in', shape: 'ok', tone: 'ok' },
  'second-factor': { words: 'First proof right, second asked for', shape: 'open', tone: 'ink-3' },
  failed: { words: 'Refused', shape: 'high', tone: 'high' },
  locked: { words: 'Refused, waiting after failures', shape: 'on-hold', tone: 'ink-3' },
} as const;

function SignInRow({ row: { outcome, method, proofs, address, userAgent, at } }: { row: SignIn }) {
  const { words, shape, tone } = outcomes[outcome];
  return (
    <li className="flex items-start gap-3 border-b border-line py-2 last:border-b-0" title={userAgent ?? undefined}>
      <span className="mt-0.5">
        <Shape name={shape} tone={tone} size={14} />
      </span>
      <div className="min-w-0 flex-1">
        <p className="font-name">
          {outcome === 'failed' && proofs.length > 0 ? 'Refused at the second proof' : words}, by {methodWords(method, proofs)}
        </p>
        <p className="text-ink-2">
          {address ?? 'address unknown'}
          {userAgent !== null && (
            <>
              , <InertText text={browserName(userAgent)} limit={80} />
            </>
          )}
        </p>
      </div>
      <span className="flex-none text-ink-3">
        <RelativeTime at={at} />
      </span>
    </li>
  );
}
