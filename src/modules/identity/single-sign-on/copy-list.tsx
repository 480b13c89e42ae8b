/** Addresses to carry over to the provider: whole, in mono, each with its own copy button. */
import { CopyButton } from '../../../ui/copy-button.tsx';
import type { SignInProvider } from '../contract.ts';

type Line = { readonly label: string; readonly value: string; readonly note: string };

function linesOf({ settings, addresses }: Pick<SignInProvider, 'settings' | 'addresses'>): Line[] {
  if (settings.kind === 'saml')
    return [
      { label: 'Entity id and metadata', value: addresses.metadata ?? '', note: 'Most providers read everything else from here.' },
      { label: 'Assertion consumer service', value: addresses.callback, note: 'Also called ACS or reply URL. Binding: HTTP POST.' },
      { label: 'Single logout service', value: addresses.signOut, note: 'Optional: signing out there then ends the sessions here.' },
    ];
  const both = [{ label: 'Callback address', value: addresses.callback, note: 'Also called redirect URI. Letter by letter.' }];
  if (settings.kind === 'oauth2') return both;
  return [
    ...both,
    { label: 'Back-channel logout', value: addresses.signOut, note: 'Optional: signing out there then ends the sessions here.' },
    { label: 'After signing out', value: addresses.afterSignOut ?? '', note: 'Optional. Also called post-logout redirect URI.' },
  ];
}

export function CopyList({ provider }: { provider: Pick<SignInProvider, 'settings' | 'addresses'> }) {
  return (
    <dl className="grid max-w-160 gap-y-3">
      {linesOf(provider).map(({ label, value, note }) => (
        <div key={label}>
          <dt className="font-name">{label}</dt>
          <dd className="mt-1">
            <span className="flex items-center gap-2 rounded-control border border-line bg-sunken py-1 pr-1 pl-2.5">
              <span className="mono min-w-0 flex-1 text-code break-all">{value}</span>
              <CopyButton text={value} label={`Copy: ${label}`} />
            </span>
            <span className="mt-1 block text-label text-ink-3">{note}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}
