/** Addresses to carry over to the provider: whole, in mono, each with its own copy button. */
import { CopyButton } from '../../../ui/copy-button.tsx';
import type { SignInProvider } from '../contract.ts';

type Line = { readonly label: string; readonly value: string; readonly note: string };
type Shown = { readonly provider: Pick<SignInProvider, 'settings' | 'addresses'>; readonly isSaved?: boolean };

function linesOf({ provider: { settings, addresses }, isSaved = true }: Shown): Line[] {
  if (settings.kind === 'saml')
    return [
      {
        label: 'Entity id and metadata',
        value: addresses.metadata ?? '',
        note: `Most providers read everything else from here${isSaved ? '.' : ', once the provider is saved below: the address answers from then on.'}`,
      },
      { label: 'Assertion consumer service', value: addresses.callback, note: 'Also called ACS or reply URL. Binding: HTTP POST.' },
      {
        label: 'Single logout service',
        value: addresses.signOut,
        note: 'Optional: signing out there then ends the sessions here. Let the provider sign its logout messages.',
      },
    ];
  const both = [{ label: 'Callback address', value: addresses.callback, note: 'Also called redirect URI. Letter by letter.' }];
  if (settings.kind === 'oauth2') return both;
  return [
    ...both,
    { label: 'Back-channel logout', value: addresses.signOut, note: 'Optional: signing out there then ends the sessions here.' },
    { label: 'After signing out', value: addresses.afterSignOut ?? '', note: 'Optional. Also called post-logout redirect URI.' },
  ];
}

export function CopyList(shown: Shown) {
  return (
    <>
      <dl className="grid max-w-160 gap-y-3">
        {linesOf(shown).map(({ label, value, note }) => (
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
      {shown.provider.settings.kind === 'saml' && <p className="mt-4 max-w-160 text-ink-2">{samlThere}</p>}
    </>
  );
}

const samlThere =
  'Let the provider sign both response and assertion, with SHA-256 or better, and name people by a persistent id or their e-mail address, not by a transient one.';
