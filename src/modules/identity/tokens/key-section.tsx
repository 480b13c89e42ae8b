/** One's own API keys and token sign-ins: what works, when it was used, and its end. */
import { KeyRound, Ticket } from 'lucide-react';
import { useState } from 'react';
import { useChange } from '../../../client/use-change.ts';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { Button } from '../../../ui/button.tsx';
import { Confirm } from '../../../ui/confirm.tsx';
import { plural } from '../../../ui/format.ts';
import { InertText } from '../../../ui/inert-text.tsx';
import { EmptyNote, Loaded } from '../../../ui/loaded.tsx';
import { RelativeTime } from '../../../ui/relative-time.tsx';
import { Section } from '../../../ui/section.tsx';
import { Badge } from '../../../ui/tag.tsx';
import { toast } from '../../../ui/toast-store.ts';
import { useFocusKept } from '../account/use-focus-kept.tsx';
import { type ApiKey, browserName, listApiKeys, listTokens, revokeApiKey, revokeTokens, type TokenFamily } from '../contract.ts';
import { KeyDialog } from './key-dialog.tsx';

export function KeySections() {
  return (
    <>
      <Keys />
      <Tokens />
    </>
  );
}

function Keys() {
  const [isMaking, setMaking] = useState(false);
  const [revoking, setRevoking] = useState<ApiKey | null>(null);
  const focus = useFocusKept();
  const keys = useEndpoint(listApiKeys, { state: 'works', limit: 50 });
  return (
    <Section
      title="API keys"
      note="For programs that act in your name"
      aside={
        <Button ref={focus.ref} size="small" onClick={() => setMaking(true)}>
          New key…
        </Button>
      }
    >
      <Loaded answer={keys} empty={<EmptyNote title="No keys">A pipeline that registers assets or starts scans needs one.</EmptyNote>}>
        {({ items }) => (
          <ul>
            {items.map((key) => (
              <KeyRow key={key.id} apiKey={key} onRevoke={setRevoking} />
            ))}
          </ul>
        )}
      </Loaded>
      {isMaking && <KeyDialog onClose={() => setMaking(false)} />}
      {revoking !== null && <RevokeConfirm apiKey={revoking} onRevoked={focus.keep} onClose={() => setRevoking(null)} />}
    </Section>
  );
}

function KeyRow({ apiKey, onRevoke }: { apiKey: ApiKey; onRevoke: (key: ApiKey) => void }) {
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-line py-2 last:border-b-0">
      <KeyRound size={16} aria-hidden="true" className="flex-none text-ink-3" />
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-2 font-name">
          <InertText text={apiKey.name} limit={120} />
          {apiKey.lastUsedAt === null && <Badge>Never used</Badge>}
        </p>
        <p className="text-ink-2">
          <span className="mono text-code">aispm_{apiKey.publicId}_…</span>, {plural(apiKey.scopes.length, 'permission')}
          {apiKey.addresses.length > 0 && `, from ${apiKey.addresses.join(', ')}`}
          {apiKey.lastUsedAt !== null && (
            <>
              , used <RelativeTime at={apiKey.lastUsedAt} /> from {apiKey.lastUsedAddress ?? 'an unknown address'}
            </>
          )}
          {apiKey.expiresAt === null ? (
            ', does not expire'
          ) : (
            <>
              , ends <RelativeTime at={apiKey.expiresAt} />
            </>
          )}
        </p>
      </div>
      <Button size="small" kind="destructive" aria-label={`Revoke the key ${apiKey.name}`} onClick={() => onRevoke(apiKey)}>
        Revoke…
      </Button>
    </li>
  );
}

function RevokeConfirm({ apiKey, onRevoked, onClose }: { apiKey: ApiKey; onRevoked: () => void; onClose: () => void }) {
  const revoke = useChange(revokeApiKey, {
    onDone: () => {
      toast({ text: `Revoked ${apiKey.name}` });
      onRevoked();
      onClose();
    },
    onRefused: (problem) => toast({ text: problem.message }),
  });
  return (
    <Confirm
      open
      onClose={onClose}
      title={`Revoke ${apiKey.name}?`}
      effect="Programs that use it are refused at once, and so are the tokens they exchanged it for. It cannot be brought back."
      verb="Revoke the key"
      busy={revoke.isRunning && 'Revoking…'}
      onConfirm={() => void revoke.run({ id: apiKey.id })}
    />
  );
}

function Tokens() {
  const tokens = useEndpoint(listTokens, {});
  if (tokens.data?.items.length === 0) return null;
  return (
    <Section title="Tokens" note="Programs that signed in and refresh by themselves">
      <Loaded answer={tokens}>
        {({ items }) => (
          <ul>
            {items.map((family) => (
              <TokenRow key={family.id} family={family} />
            ))}
          </ul>
        )}
      </Loaded>
    </Section>
  );
}

function TokenRow({ family }: { family: TokenFamily }) {
  const change = useChange(revokeTokens, {
    onDone: () => toast({ text: 'Ended the tokens' }),
    onRefused: (problem) => toast({ text: problem.message }),
  });
  const name = browserName(family.userAgent);
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-line py-2 last:border-b-0">
      <Ticket size={16} aria-hidden="true" className="flex-none text-ink-3" />
      <div className="min-w-0 flex-1">
        <p className="font-name">
          <InertText text={name} limit={120} />
        </p>
        <p className="text-ink-2">
          {family.from === 'api-key' ? 'By an API key' : 'By a sign-in'}, {plural(family.scopes.length, 'permission')}, from{' '}
          {family.address ?? 'an unknown address'}, refreshed <RelativeTime at={family.lastRefreshedAt ?? family.createdAt} />, ends{' '}
          <RelativeTime at={family.expiresAt} />
        </p>
      </div>
      <Button
        size="small"
        kind="destructive"
        aria-label={`End the tokens of ${name}`}
        busy={change.isRunning && 'Ending…'}
        onClick={() => void change.run({ id: family.id })}
      >
        End
      </Button>
    </li>
  );
}
