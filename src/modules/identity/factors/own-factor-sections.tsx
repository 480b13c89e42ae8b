/** One's own second factors on the account page: passkeys and keys, the authenticator app, recovery codes. */
import { useState } from 'react';
import { useChange } from '../../../client/use-change.ts';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { Button } from '../../../ui/button.tsx';
import { Confirm } from '../../../ui/confirm.tsx';
import { plural } from '../../../ui/format.ts';
import { Loaded } from '../../../ui/loaded.tsx';
import { RelativeTime } from '../../../ui/relative-time.tsx';
import { Section } from '../../../ui/section.tsx';
import { Badge } from '../../../ui/tag.tsx';
import { toast } from '../../../ui/toast-store.ts';
import { useFocusKept } from '../account/use-focus-kept.tsx';
import { listOwnFactors, type OwnFactors, removeTotp, renewRecoveryCodes, startTotp } from '../contract.ts';
import { hasPasskeys } from '../passkeys/ceremony.tsx';
import { PasskeyDialog } from '../passkeys/passkey-dialog.tsx';
import { PasskeyList } from '../passkeys/passkey-list.tsx';
import { RecoveryCodesDialog } from './recovery-codes.tsx';
import { type Started, TotpDialog } from './totp-dialog.tsx';

type ShowCodes = (codes: readonly string[]) => void;

export function OwnFactorSections() {
  const factors = useEndpoint(listOwnFactors, {});
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  return (
    <>
      <Loaded answer={factors} waitsFor="your second factors">
        {(own) => (
          <>
            <Passkeys own={own} onCodes={setCodes} />
            <Authenticator own={own} onCodes={setCodes} />
            <RecoveryCodes own={own} onCodes={setCodes} />
          </>
        )}
      </Loaded>
      <RecoveryCodesDialog codes={codes} onClose={() => setCodes(null)} />
    </>
  );
}

type PartProps = { own: OwnFactors; onCodes: ShowCodes };

function Passkeys({ own, onCodes }: PartProps) {
  const [isAdding, setAdding] = useState(false);
  const isPossible = own.passkeysPossible && hasPasskeys();
  return (
    <Section
      title="Passkeys and security keys"
      aside={
        isPossible ? (
          <Button size="small" onClick={() => setAdding(true)}>
            Add one
          </Button>
        ) : undefined
      }
    >
      {own.passkeys.length > 0 ? (
        <PasskeyList passkeys={own.passkeys} />
      ) : (
        <p className="text-ink-2">None yet. They cannot be phished, and a passkey signs in alone.</p>
      )}
      {!isPossible && (
        <p className="mt-1 text-label text-ink-3">
          {own.passkeysPossible ? 'This browser cannot make any.' : 'They need an address with a name and https (setting PUBLIC_URL).'}
        </p>
      )}
      {isAdding && <PasskeyDialog onClose={() => setAdding(false)} onCodes={onCodes} />}
    </Section>
  );
}

function Authenticator({ own: { totp }, onCodes }: PartProps) {
  const [started, setStarted] = useState<Started | null>(null);
  const [isRemoving, setRemoving] = useState(false);
  const focus = useFocusKept();
  const start = useChange(startTotp, {
    invalidates: [],
    onDone: setStarted,
    onRefused: (problem) => toast({ text: problem.message }),
  });
  return (
    <Section
      title="Authenticator app"
      aside={
        <span className="flex gap-2">
          {totp !== null && (
            <Button size="small" kind="destructive" onClick={() => setRemoving(true)}>
              Remove
            </Button>
          )}
          <Button ref={focus.ref} size="small" busy={start.isRunning && 'Starting…'} onClick={() => void start.run({})}>
            {totp === null ? 'Set up' : 'Replace'}
          </Button>
        </span>
      }
    >
      <p className="text-ink-2">
        {totp === null ? (
          'Not set up. It shows a code that changes every 30 seconds.'
        ) : (
          <>
            Set up <RelativeTime at={totp.since} />, used <RelativeTime at={totp.lastUsedAt} />.
          </>
        )}
      </p>
      <TotpDialog
        started={started}
        onClose={() => {
          focus.keep();
          setStarted(null);
        }}
        onCodes={onCodes}
      />
      {isRemoving && <RemoveConfirm onClose={() => setRemoving(false)} />}
    </Section>
  );
}

function RemoveConfirm({ onClose }: { onClose: () => void }) {
  const remove = useChange(removeTotp, {
    invalidates: ['identity', 'session'],
    onDone: ({ ended }) => {
      toast({ text: `Removed the authenticator app, ended ${plural(ended, 'other session')}` });
      onClose();
    },
    onRefused: (problem) => {
      toast({ text: problem.message });
      onClose();
    },
  });
  return (
    <Confirm
      open
      onClose={onClose}
      title="Remove the authenticator app"
      effect="Its codes open your account no longer, and your other sessions end."
      verb="Remove"
      busy={remove.isRunning ? 'Removing…' : false}
      onConfirm={() => void remove.run({})}
    />
  );
}

/** Below so many it is time for new ones. */
const fewCodes = 4;

function RecoveryCodes({ own: { recovery, totp, passkeys }, onCodes }: PartProps) {
  const renew = useChange(renewRecoveryCodes, {
    onDone: ({ codes }) => onCodes(codes),
    onRefused: (problem) => toast({ text: problem.message }),
  });
  const hasFactor = totp !== null || passkeys.length > 0;
  return (
    <Section
      title="Recovery codes"
      aside={
        hasFactor ? (
          <Button size="small" busy={renew.isRunning && 'Making…'} onClick={() => void renew.run({})}>
            Make new ones
          </Button>
        ) : undefined
      }
    >
      {hasFactor ? (
        <p className="flex flex-wrap items-center gap-2 text-ink-2">
          <span>
            {plural(recovery.left, 'code')} left, made <RelativeTime at={recovery.madeAt} />
            {recovery.lastUsedAt !== null && (
              <>
                , one used <RelativeTime at={recovery.lastUsedAt} />
              </>
            )}
            .
          </span>
          {recovery.left < fewCodes && <Badge tone="medium">Make new ones</Badge>}
        </p>
      ) : (
        <p className="text-ink-2">Ten come with your first second factor, for the day phone and key are lost.</p>
      )}
    </Section>
  );
}
