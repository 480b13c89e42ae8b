/** Which role must have a second factor, within how many days, and how many people have none yet. */
import { useState } from 'react';
import { z } from 'zod';
import { useSession } from '../../../client/session.ts';
import { useChange } from '../../../client/use-change.ts';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { Button, TextLink } from '../../../ui/button.tsx';
import { definePage } from '../../../ui/define-page.ts';
import { Dialog } from '../../../ui/dialog.tsx';
import { CheckboxField, Form, TextField } from '../../../ui/form.tsx';
import { plural } from '../../../ui/format.ts';
import { Loaded } from '../../../ui/loaded.tsx';
import { Screen } from '../../../ui/screen.tsx';
import { Section } from '../../../ui/section.tsx';
import { Badge } from '../../../ui/tag.tsx';
import { toast } from '../../../ui/toast-store.ts';
import { changeFactorPolicy, type RolePolicy, readFactorPolicy } from '../contract.ts';
import { roleWord } from '../people/role-words.tsx';

function PolicyPage() {
  const policy = useEndpoint(readFactorPolicy, {});
  const [changing, setChanging] = useState<RolePolicy | null>(null);
  return (
    <Screen
      title="Second factors"
      path={[{ label: 'Settings', to: '/settings' }]}
      subtitle="After the days are over, people of the role who have none get in only to set one up."
    >
      <Section title="Roles">
        <Loaded answer={policy} waitsFor="the policy">
          {({ roles }) => <RoleList roles={roles} onChange={setChanging} />}
        </Loaded>
      </Section>
      {changing !== null && <ChangeDialog policy={changing} onClose={() => setChanging(null)} />}
    </Screen>
  );
}

function RoleList({ roles, onChange }: { roles: readonly RolePolicy[]; onChange: (policy: RolePolicy) => void }) {
  const { can } = useSession();
  return (
    <ul className="divide-y divide-line border-y border-line">
      {roles.map((policy) => (
        <li key={policy.role} className="flex items-center gap-3 py-2">
          <div className="grid min-w-0 flex-1 gap-x-4 gap-y-0.5 tablet:grid-cols-[180px_220px_1fr] tablet:items-center">
            <span className="font-name">{roleWord(policy.role)}</span>
            <span className="text-ink-2">{demandWords(policy)}</span>
            <Without policy={policy} />
          </div>
          {can('settings:update') && (
            <Button size="small" aria-label={`Change for ${roleWord(policy.role)}`} onClick={() => onChange(policy)}>
              Change
            </Button>
          )}
        </li>
      ))}
    </ul>
  );
}

function demandWords({ demanded, days }: RolePolicy): string {
  if (!demanded) return 'Up to each person';
  return days === 0 ? 'Demanded at once' : `Demanded within ${plural(days, 'day')}`;
}

function Without({ policy: { role, people, without, overdue, demanded } }: { policy: RolePolicy }) {
  if (people === 0) return <span className="text-ink-3">Nobody has this role</span>;
  if (without === 0) return <span className="text-ink-2">Everybody has one ({people})</span>;
  return (
    <span className="flex flex-wrap items-center gap-2">
      <TextLink to={`/users?role=${role}`}>
        {without} of {people} without one
      </TextLink>
      {overdue > 0 && <Badge tone="high">{overdue} overdue</Badge>}
      {demanded && without > overdue && <Badge tone="medium">{without - overdue} in their term</Badge>}
    </span>
  );
}

const Draft = z.object({ demanded: z.boolean(), days: z.number('A number of days is needed.').int().min(0).max(90) });

function effectWords(people: number, without: number): string {
  if (people === 0) return 'Nobody has this role now.';
  if (without === 0) return 'Everybody of this role has one.';
  return `${plural(without, 'person has', 'people have')} none. Their days begin when you save, if you ask for more than now.`;
}

function ChangeDialog({ policy: { role, demanded, days, people, without }, onClose }: { policy: RolePolicy; onClose: () => void }) {
  const change = useChange(changeFactorPolicy, {
    invalidates: ['identity', 'session'],
    onDone: () => {
      toast({ text: `Changed what ${roleWord(role)} must have` });
      onClose();
    },
  });
  return (
    <Dialog open onClose={onClose} title={`Second factor of ${roleWord(role)}`} description={effectWords(people, without)} width="narrow">
      <Form
        schema={Draft}
        initial={{ demanded, days }}
        problem={change.problem}
        submit="Save"
        onCancel={onClose}
        onSubmit={(draft) => change.run({ role, ...draft })}
      >
        <CheckboxField name="demanded" label="People of this role must have a second factor" />
        <TextField name="days" label="Days to set one up" type="number" inputMode="numeric" help="0 asks for it at the next sign-in." />
      </Form>
    </Dialog>
  );
}

export default definePage({
  path: '/settings/second-factors',
  title: 'Second factors',
  permission: 'settings:read',
  group: null,
  icon: 'key-round',
  order: 0,
  Page: PolicyPage,
});
