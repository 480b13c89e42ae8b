/** On the account page: the providers one's account is connected to, and the way to connect another. */
import { LogOut, Plus } from 'lucide-react';
import { useChange } from '../../../client/use-change.ts';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import type { OutputOf } from '../../../contract/endpoint.ts';
import { Button } from '../../../ui/button.tsx';
import { EmptyNote, Loaded } from '../../../ui/loaded.tsx';
import { RelativeTime } from '../../../ui/relative-time.tsx';
import { Section } from '../../../ui/section.tsx';
import { Tag } from '../../../ui/tag.tsx';
import { toast } from '../../../ui/toast-store.ts';
import { connectSignIn, disconnectSignIn, leaveProvider, listConnectedSignIns, listSignInChoices } from '../contract.ts';
import { RefusedSignIn } from './provider-buttons.tsx';
import { kindWords } from './provider-words.tsx';

type Connected = OutputOf<typeof listConnectedSignIns>['items'][number];

/** Nothing stands here while the installation has no provider. */
export function ConnectedSection() {
  const connected = useEndpoint(listConnectedSignIns, {});
  const choices = useEndpoint(listSignInChoices, {});
  const known = new Set(connected.data?.items.map(({ provider }) => provider.slug));
  const open = (choices.data?.items ?? []).filter(({ slug }) => !known.has(slug));
  if (connected.data?.items.length === 0 && open.length === 0) return null;
  return (
    <Section title="Single sign-on" note="Providers that lead into this account">
      <RefusedSignIn />
      <Loaded answer={connected} empty={<EmptyNote title="Your account is not connected to a provider" />}>
        {({ items }) => (
          <ul className="max-w-180 divide-y divide-line border-y border-line">
            {items.map((one) => (
              <ConnectedLine key={one.id} connected={one} />
            ))}
          </ul>
        )}
      </Loaded>
      <div className="mt-3 flex flex-wrap gap-2">
        {open.map(({ slug, name }) => (
          <ConnectButton key={slug} slug={slug} name={name} />
        ))}
      </div>
    </Section>
  );
}

function ConnectedLine({ connected: { id, provider, email, lastUsedAt, current } }: { connected: Connected }) {
  const end = useChange(disconnectSignIn, {
    onDone: () => toast({ text: `Disconnected ${provider.name}` }),
    onRefused: ({ message }) => toast({ text: message }),
  });
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1 py-2.5">
      <span className="min-w-0 flex-1 basis-64">
        <span className="font-name">{provider.name}</span>
        <span className="block text-label text-ink-3">
          {email ?? 'no address named'} · {lastUsedAt === null ? 'never used to sign in' : <RelativeTime at={lastUsedAt} />}
        </span>
      </span>
      <Tag>{kindWords[provider.kind]}</Tag>
      {!provider.enabled && <Tag>switched off</Tag>}
      {current && <LeaveButton name={provider.name} />}
      <Button size="small" kind="destructive" busy={end.isRunning && 'Disconnecting…'} onClick={() => void end.run({ id })}>
        Disconnect
      </Button>
    </li>
  );
}

/** This session came from there: both ends are left. */
function LeaveButton({ name }: { name: string }) {
  const leave = useChange(leaveProvider, {
    invalidates: [],
    onDone: ({ location }) => window.location.assign(location ?? '/sign-in'),
    onRefused: ({ message }) => toast({ text: message }),
  });
  return (
    <Button size="small" icon={LogOut} busy={leave.isRunning && 'Signing out…'} onClick={() => void leave.run({})}>
      Sign out here and at {name}
    </Button>
  );
}

function ConnectButton({ slug, name }: { slug: string; name: string }) {
  const connect = useChange(connectSignIn, {
    invalidates: [],
    onDone: ({ location }) => window.location.assign(location),
    onRefused: ({ message }) => toast({ text: message }),
  });
  return (
    <Button size="small" icon={Plus} busy={connect.isRunning && 'Going there…'} onClick={() => void connect.run({ slug })}>
      Connect {name}
    </Button>
  );
}
