/** Single sign-on: the providers people may sign in with. */
import { ChevronDown } from 'lucide-react';
import { useLocation } from 'wouter';
import { useSession } from '../../../client/session.ts';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { Button, TextLink } from '../../../ui/button.tsx';
import { definePage } from '../../../ui/define-page.ts';
import { plural } from '../../../ui/format.ts';
import { EmptyNote, Loaded } from '../../../ui/loaded.tsx';
import { Menu } from '../../../ui/menu.tsx';
import { Screen } from '../../../ui/screen.tsx';
import { Shape } from '../../../ui/shape.tsx';
import { Tag } from '../../../ui/tag.tsx';
import { listSignInProviders, providerKinds, type SignInProvider } from '../contract.ts';
import { kindNotes, kindWords, providersPath } from './provider-words.tsx';

function ProvidersPage() {
  const { can } = useSession();
  const providers = useEndpoint(listSignInProviders, {});
  const add = can('settings:create') ? <AddMenu /> : undefined;
  return (
    <Screen
      title="Single sign-on"
      path={[{ label: 'Settings', to: '/settings' }]}
      subtitle="People sign in where your organisation already knows them. The password stays a way in beside it."
      actions={(providers.data?.items.length ?? 0) > 0 ? add : undefined}
    >
      <Loaded
        answer={providers}
        waitsFor="the providers"
        refusal="Only roles that may read settings see the providers."
        empty={
          <EmptyNote title="No provider yet: everybody signs in with a password or a passkey" actions={add}>
            Have the admin page of your provider open in another window. This page says what to enter there and what to copy from there, and
            a test sign-in says what is still missing before anybody else can use it.
          </EmptyNote>
        }
      >
        {({ items }) => (
          <ul className="divide-y divide-line border-y border-line">
            {items.map((one) => (
              <ProviderRow key={one.id} provider={one} />
            ))}
          </ul>
        )}
      </Loaded>
    </Screen>
  );
}

function ProviderRow({ provider }: { provider: SignInProvider }) {
  const { id, name, settings, enabled, people, managedBy } = provider;
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-3 tablet:px-6">
      <span className="min-w-0 flex-1 basis-60">
        <TextLink to={`${providersPath}/${id}`}>{name}</TextLink>
        <span className="mono block text-code break-all text-ink-3">{placeOf(provider)}</span>
      </span>
      <Tag>{kindWords[settings.kind]}</Tag>
      {managedBy === 'environment' && <Tag>set by the environment</Tag>}
      <span className="w-28 text-ink-2 tabular-nums">{plural(people, 'person', 'people')}</span>
      <span className="inline-flex w-16 items-center gap-1.5">
        <Shape name={enabled ? 'ok' : 'on-hold'} tone={enabled ? 'ok' : 'ink-3'} /> {enabled ? 'On' : 'Off'}
      </span>
    </li>
  );
}

function placeOf({ settings }: SignInProvider): string {
  if (settings.kind === 'openid-connect') return settings.issuer;
  return settings.kind === 'saml' ? settings.entityId : settings.authorizationUrl;
}

function AddMenu() {
  const [, go] = useLocation();
  return (
    <Menu
      trigger={
        <Button kind="primary" after={<ChevronDown size={14} aria-hidden="true" />}>
          Add a provider
        </Button>
      }
      items={providerKinds.map((kind) => ({
        label: kindWords[kind],
        note: kindNotes[kind],
        run: () => go(`${providersPath}/new?kind=${kind}`),
      }))}
    />
  );
}

export default definePage({
  path: '/settings/sign-in-providers',
  title: 'Single sign-on',
  permission: 'settings:read',
  group: null,
  icon: 'key-round',
  order: 0,
  Page: ProvidersPage,
});
