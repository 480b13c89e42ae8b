/** One sign-in provider: what to enter there, what to copy from there, who may come in, roles, and a test. */
import { FlaskConical } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import { useSession } from '../../../client/session.ts';
import { useChange } from '../../../client/use-change.ts';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { Button } from '../../../ui/button.tsx';
import { Confirm } from '../../../ui/confirm.tsx';
import { definePage, type PageParams } from '../../../ui/define-page.ts';
import { plural } from '../../../ui/format.ts';
import { Loaded } from '../../../ui/loaded.tsx';
import { useQueryValue } from '../../../ui/query-state.ts';
import { Screen } from '../../../ui/screen.tsx';
import { Section } from '../../../ui/section.tsx';
import { Shape } from '../../../ui/shape.tsx';
import { Tag } from '../../../ui/tag.tsx';
import { toast } from '../../../ui/toast-store.ts';
import { useFocusKept } from '../account/use-focus-kept.tsx';
import {
  changeSignInProvider,
  deleteSignInProvider,
  getSignInProvider,
  providerKinds,
  type SignInProvider,
  testSignInProvider,
} from '../contract.ts';
import { AdmissionForm } from './admission-form.tsx';
import { ConnectionForm } from './connection-form.tsx';
import { CopyList } from './copy-list.tsx';
import { KeepsPlace } from './keeps-place.tsx';
import { NewProvider } from './new-provider.tsx';
import { kindWords, providersPath } from './provider-words.tsx';
import { RoleRules } from './role-rules.tsx';
import { TestReportView } from './test-report.tsx';

const steps = [
  { label: 'Settings', to: '/settings' },
  { label: 'Single sign-on', to: providersPath },
];

function ProviderPage({ params }: { params: PageParams }) {
  const id = params['id'] ?? '';
  const [kind] = useQueryValue('kind');
  const chosen = providerKinds.find((one) => one === kind) ?? 'openid-connect';
  if (id !== 'new') return <Known id={id} />;
  return (
    <Screen title={`New provider: ${kindWords[chosen]}`} shortTitle="New provider" path={steps}>
      <NewProvider key={chosen} kind={chosen} />
    </Screen>
  );
}

function Known({ id }: { id: string }) {
  const answer = useEndpoint(getSignInProvider, { id });
  const provider = answer.data;
  return (
    <Screen
      title={provider?.name ?? 'Provider'}
      path={steps}
      facts={provider && <Facts provider={provider} />}
      actions={provider && <Actions provider={provider} />}
    >
      <Loaded answer={answer} waitsFor="the provider" refusal="Only roles that may read settings see the providers.">
        {(data) => <Parts provider={data} />}
      </Loaded>
    </Screen>
  );
}

function Facts({ provider: { settings, enabled, people, managedBy } }: { provider: SignInProvider }) {
  return (
    <>
      <span className="inline-flex items-center gap-1.5">
        <Shape name={enabled ? 'ok' : 'on-hold'} tone={enabled ? 'ok' : 'ink-3'} /> {enabled ? 'On' : 'Off: nobody can sign in with it'}
      </span>
      <Tag>{kindWords[settings.kind]}</Tag>
      {managedBy === 'environment' && <Tag>set by the environment</Tag>}
      <span className="tabular-nums">{plural(people, 'person', 'people')} connected</span>
    </>
  );
}

function Actions({ provider }: { provider: SignInProvider }) {
  const { can } = useSession();
  const [asks, setAsks] = useState<'off' | 'delete' | null>(null);
  const [, go] = useLocation();
  const focus = useFocusKept();
  const { id, version, name, people } = provider;
  const change = useChange(changeSignInProvider, {
    onDone: ({ enabled }) => toast({ text: enabled ? `${name} is on: it stands on the sign-in page` : `${name} is off` }),
    onRefused: ({ message }) => toast({ text: message }),
  });
  const remove = useChange(deleteSignInProvider, {
    onDone: () => go(providersPath),
    onRefused: ({ message }) => toast({ text: message }),
  });
  const set = (enabled: boolean) => {
    focus.keep();
    void change.run({ id, version, enabled }).then(() => setAsks(null));
  };
  return (
    <>
      {can('settings:update') && <TestButton id={id} />}
      {can('settings:update') &&
        (provider.enabled ? (
          <Button ref={focus.ref} onClick={() => setAsks('off')}>
            Switch off
          </Button>
        ) : (
          <Button ref={focus.ref} kind="primary" busy={change.isRunning && 'Switching on…'} onClick={() => set(true)}>
            Switch on
          </Button>
        ))}
      {can('settings:delete') && provider.managedBy === 'page' && (
        <Button kind="destructive" onClick={() => setAsks('delete')}>
          Delete
        </Button>
      )}
      <Confirm
        open={asks === 'off'}
        onClose={() => setAsks(null)}
        title={`Switch ${name} off?`}
        effect={`Sessions that began with it end at once. ${plural(people, 'person', 'people')} can no longer sign in this way; their accounts stay.`}
        verb="Switch it off"
        busy={change.isRunning && 'Switching off…'}
        onConfirm={() => set(false)}
      />
      <Confirm
        open={asks === 'delete'}
        onClose={() => setAsks(null)}
        title={`Delete ${name}?`}
        effect={`Its settings, its secret and the connections of ${plural(people, 'person', 'people')} are removed and its sessions end. The accounts stay, but whoever has no password needs another way in.`}
        verb="Delete the provider"
        name={people > 0 ? name : undefined}
        busy={remove.isRunning && 'Deleting…'}
        onConfirm={() => void remove.run({ id })}
      />
    </>
  );
}

const testButton = 'test-sign-in';
/** Leaves this app for the provider and comes back to the report. */
function TestButton({ id }: { id: string }) {
  const test = useChange(testSignInProvider, {
    invalidates: [],
    onDone: ({ location }) => window.location.assign(location),
    onRefused: ({ message }) => toast({ text: message }),
  });
  return (
    <Button id={testButton} icon={FlaskConical} busy={test.isRunning && 'Going there…'} onClick={() => void test.run({ id })}>
      Test sign-in
    </Button>
  );
}

function Parts({ provider }: { provider: SignInProvider }) {
  const { can } = useSession();
  const [test] = useQueryValue('test');
  const shown = useRef(test);
  useEffect(() => {
    // The report took its button with it.
    if (shown.current !== null && test === null) document.getElementById(testButton)?.focus();
    shown.current = test;
  }, [test]);
  const { id, name, settings, hasSecret, policy } = provider;
  const mayChange = can('settings:update') && provider.managedBy === 'page';
  // Kept fields of an older version would be sent back as if they were meant. What another part saved leaves this one as it was typed.
  const keyOf = (...stored: readonly unknown[]): string => JSON.stringify([id, ...stored]);
  const { reach, emailCounts, linkByEmail, createPeople, secondFactorValues, roleRules, defaultRole, managesRoles } = policy;
  return (
    <>
      {test !== null && <TestReportView id={id} test={test} />}
      <Section title="Enter at the provider" note="Create an application there and give it these">
        <CopyList provider={provider} />
      </Section>
      <Section title="Copy from the provider">
        <KeepsPlace>
          <ConnectionForm key={keyOf(name, settings, hasSecret, reach)} provider={provider} mayChange={mayChange} />
        </KeepsPlace>
      </Section>
      <Section title="Who comes in">
        <KeepsPlace>
          <AdmissionForm
            key={keyOf(emailCounts, linkByEmail, createPeople, secondFactorValues)}
            provider={provider}
            mayChange={mayChange}
          />
        </KeepsPlace>
      </Section>
      <Section title="Roles" note="What the provider says about somebody decides what they may do here">
        <KeepsPlace>
          <RoleRules key={keyOf(roleRules, defaultRole, managesRoles)} provider={provider} mayChange={mayChange} />
        </KeepsPlace>
      </Section>
    </>
  );
}

export default definePage({
  path: '/settings/sign-in-providers/:id',
  title: 'Sign-in provider',
  permission: 'settings:read',
  group: null,
  icon: 'key-round',
  order: 0,
  Page: ProviderPage,
});
