/** Helps somebody who forgot their password: a link by mail, or to pass on. */
import { useState } from 'react';
import { useChange } from '../../../client/use-change.ts';
import type { OutputOf } from '../../../contract/endpoint.ts';
import { Button } from '../../../ui/button.tsx';
import { CopyButton } from '../../../ui/copy-button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { CodeBlock } from '../../../ui/inert-text.tsx';
import { ProblemNote } from '../../../ui/loaded.tsx';
import { FullTime } from '../../../ui/relative-time.tsx';
import { makeResetLink, type User } from '../contract.ts';

type Made = OutputOf<typeof makeResetLink>;

export function ResetDialog({ user, onClose }: { user: User; onClose: () => void }) {
  const [made, setMade] = useState<Made | null>(null);
  const change = useChange(makeResetLink, { invalidates: [], onDone: setMade });
  const actions =
    made === null ? (
      <>
        <Button onClick={onClose}>Cancel</Button>
        <Button kind="primary" busy={change.isRunning && 'Making…'} onClick={() => void change.run({ id: user.id })}>
          Make the link
        </Button>
      </>
    ) : (
      <Button kind="primary" onClick={onClose}>
        Done
      </Button>
    );
  return (
    <Dialog
      open
      onClose={onClose}
      title={`A new password for ${user.name}`}
      description="Be sure that it is they who ask. The password they have works until they set another one."
      actions={actions}
    >
      {change.problem !== null && <ProblemNote error={change.problem} />}
      {made === null ? (
        <p className="text-ink-2">
          The link works once, for 30 minutes, and ends all their sessions. Their second factor stays. Where this installation sends mail it
          goes to {user.email}; else it is shown here once, for you to pass on.
        </p>
      ) : (
        <MadeLink made={made} />
      )}
    </Dialog>
  );
}

function MadeLink({ made: { sentTo, path, expiresAt } }: { made: Made }) {
  if (path === null) return <p role="status">A link is on its way to {sentTo}.</p>;
  const link = `${window.location.origin}${path}`;
  return (
    <div className="grid gap-3">
      <CodeBlock text={link} label="Link to a new password" />
      <div className="flex flex-wrap items-center gap-3">
        <CopyButton text={link} label="Copy the link" />
        {expiresAt !== null && (
          <span className="text-ink-2">
            Works once, until <FullTime at={expiresAt} />.
          </span>
        )}
      </div>
    </div>
  );
}
