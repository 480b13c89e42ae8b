/** One's own account: who I am here, password, sessions. */
import { useState } from 'react';
import { z } from 'zod';
import { useSession } from '../../../client/session.ts';
import { useChange } from '../../../client/use-change.ts';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { Button } from '../../../ui/button.tsx';
import { definePage } from '../../../ui/define-page.ts';
import { FieldList } from '../../../ui/field-list.tsx';
import { Form, PasswordField } from '../../../ui/form.tsx';
import { plural } from '../../../ui/format.ts';
import { Loaded } from '../../../ui/loaded.tsx';
import { Screen } from '../../../ui/screen.tsx';
import { Section } from '../../../ui/section.tsx';
import { toast } from '../../../ui/toast-store.ts';
import { type CurrentUser, changePassword, currentUser, endOtherSessions, listSessions } from '../contract.ts';
import { EmailField } from '../email-change/email-field.tsx';
import { OwnFactorSections } from '../factors/own-factor-sections.tsx';
import { roleWord } from '../people/role-words.tsx';
import { SessionList } from '../sign-in/session-list.tsx';
import { ConnectedSection } from '../single-sign-on/connected-section.tsx';
import { KeySections } from '../tokens/key-section.tsx';

function AccountPage() {
  const me = useEndpoint(currentUser, {});
  const { user: self } = useSession();
  // Until a second factor that is overdue is set up, nothing else is answered.
  const isOpen = self?.factorDemand?.enrolmentOnly !== true;
  return (
    <Screen title="Your account">
      <Section title="You">
        <Loaded answer={me}>
          {(user) => (
            <FieldList
              labelWidth={90}
              fields={[
                { label: 'Name', value: user.name },
                { label: 'E-mail', value: <EmailField email={user.email} isOpen={isOpen} /> },
                { label: 'Role', value: roleWord(user.role) },
                ...(user.department === null && !user.ownDepartmentOnly
                  ? []
                  : [{ label: 'Department', value: <DepartmentOf user={user} /> }]),
                { label: 'Workspace', value: user.workspace.name },
              ]}
            />
          )}
        </Loaded>
      </Section>
      <OwnFactorSections />
      {isOpen && <ConnectedSection />}
      {me.data?.hasPassword === true && (
        <Section title="Password" note="A change ends your other sessions">
          <PasswordForm />
        </Section>
      )}
      <Sessions />
      {isOpen && <KeySections />}
    </Screen>
  );
}

const Passwords = z
  .object({
    currentPassword: z.string().min(1, 'Your present password is needed.'),
    newPassword: z.string().min(12, 'It needs at least 12 characters.').max(512),
    again: z.string(),
  })
  .refine(({ newPassword, again }) => newPassword === again, { path: ['again'], message: 'This is not the same password.' });

function PasswordForm() {
  const [round, setRound] = useState(0);
  const change = useChange(changePassword);
  const submit = async ({ currentPassword, newPassword }: z.output<typeof Passwords>) => {
    const done = await change.run({ currentPassword, newPassword });
    if (done === null) return;
    // A new form: nothing typed stays behind.
    setRound(round + 1);
    toast({ text: `Changed the password, ended ${plural(done.ended, 'other session')}` });
  };
  return (
    <div className="max-w-90">
      <Form
        key={round}
        schema={Passwords}
        initial={{ currentPassword: '', newPassword: '', again: '' }}
        onSubmit={submit}
        problem={change.problem}
        submit="Change the password"
        busy="Changing…"
      >
        <PasswordField name="currentPassword" label="Present password" autoComplete="current-password" />
        <PasswordField
          name="newPassword"
          label="New password"
          autoComplete="new-password"
          help="12 characters or more. A few words that do not belong together are good."
        />
        <PasswordField name="again" label="New password again" autoComplete="new-password" />
      </Form>
    </div>
  );
}

function Sessions() {
  const sessions = useEndpoint(listSessions, {});
  const endOthers = useChange(endOtherSessions, {
    onDone: ({ ended }) => toast({ text: `Ended ${plural(ended, 'session')}` }),
    onRefused: (problem) => toast({ text: problem.message }),
  });
  const others = (sessions.data?.items.length ?? 0) - 1;
  return (
    <Section
      title="Sessions"
      note="Where you are signed in"
      aside={
        others > 0 ? (
          <Button size="small" kind="destructive" busy={endOthers.isRunning && 'Ending…'} onClick={() => void endOthers.run({})}>
            End all others
          </Button>
        ) : undefined
      }
    >
      <Loaded answer={sessions}>{({ items }) => <SessionList sessions={items} />}</Loaded>
    </Section>
  );
}

function DepartmentOf({ user: { department, ownDepartmentOnly } }: { user: Pick<CurrentUser, 'department' | 'ownDepartmentOnly'> }) {
  if (!ownDepartmentOnly) return department;
  if (department === null) return 'None: you change no asset until an admin gives you one.';
  return `${department}. You change only assets of it.`;
}

export default definePage({
  path: '/account',
  title: 'Your account',
  permission: 'signed-in',
  group: null,
  icon: 'key-round',
  order: 0,
  Page: AccountPage,
});
