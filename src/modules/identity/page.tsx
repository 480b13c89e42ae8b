/** People: who may sign in, as what, and whom we invited. */
import { UserPlus } from 'lucide-react';
import { useState } from 'react';
import { useSession } from '../../client/session.ts';
import { useEndpointPages } from '../../client/use-endpoint-pages.ts';
import { Role } from '../../contract/permission.ts';
import { Button, TextLink } from '../../ui/button.tsx';
import { CountLine } from '../../ui/count-line.tsx';
import { definePage } from '../../ui/define-page.ts';
import type { FilterField } from '../../ui/filter.ts';
import { FilterBar } from '../../ui/filter-bar.tsx';
import { EmptyNote, Loaded } from '../../ui/loaded.tsx';
import { useQueryValue } from '../../ui/query-state.ts';
import { Screen } from '../../ui/screen.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import { type Filters, useFilters } from '../../ui/use-filters.ts';
import { listUsers } from './contract.ts';
import { InvitationList } from './people/invitation-list.tsx';
import { InviteDialog } from './people/invite-dialog.tsx';
import { PeopleTable } from './people/people-table.tsx';
import { roleChoices } from './people/role-words.tsx';

const fields: FilterField[] = [
  { key: 'role', label: 'role', kind: 'choice', choices: roleChoices },
  {
    key: 'state',
    label: 'state',
    kind: 'choice',
    choices: [
      { value: 'active', label: 'Active' },
      { value: 'locked', label: 'Locked by an admin' },
    ],
  },
];

function PeoplePage() {
  const { can } = useSession();
  const [tab, setTab] = useQueryValue('tab');
  const [isInviting, setInviting] = useState(false);
  const actions = can('users:create') ? (
    <Button kind="primary" icon={UserPlus} onClick={() => setInviting(true)}>
      Invite somebody
    </Button>
  ) : undefined;
  return (
    <Screen
      title="People"
      subtitle={
        <>
          A role decides what a person may do. <TextLink to="/permissions">Who may do what</TextLink>
        </>
      }
      actions={actions}
    >
      <Tabs
        label="People and invitations"
        value={tab ?? 'people'}
        onChange={(id) => setTab(id === 'people' ? null : id, { step: true })}
        tabs={[
          { id: 'people', label: 'People', content: <People /> },
          { id: 'invitations', label: 'Invitations', content: <InvitationList /> },
        ]}
      />
      <InviteDialog open={isInviting} onClose={() => setInviting(false)} />
    </Screen>
  );
}

function People() {
  const filters = useFilters(fields);
  const roles = rolesOf(filters);
  const [active, ...others] = activeOf(filters);
  const input = {
    limit: 50,
    ...(filters.text === '' ? {} : { q: filters.text }),
    ...(roles === undefined ? {} : { role: roles }),
    ...(others.length > 0 || active === undefined ? {} : { active }),
  };
  const list = useEndpointPages(listUsers, input, { enabled: roles?.length !== 0 && active !== undefined });
  return (
    <>
      <FilterBar fields={fields} filters={filters} placeholder="Name or e-mail" />
      <CountLine shown={list.rows.length} total={list.total} totalIsEstimate={list.totalIsEstimate} order="Name, A first" />
      <Loaded
        answer={list}
        empty={
          <EmptyNote kind="no-match" title="Nobody matches">
            Take away the filter to see everybody.
          </EmptyNote>
        }
      >
        {(rows) => <PeopleTable rows={rows} list={list} />}
      </Loaded>
    </>
  );
}

/** The roles asked for; undefined asks for all, an empty list can match nobody. */
function rolesOf(filters: Filters): Role[] | undefined {
  const wanted = filters.values('role');
  const unwanted = filters.values('role', 'is-not');
  if (wanted === undefined && unwanted === undefined) return undefined;
  return Role.options.filter((role) => (wanted?.includes(role) ?? true) && !(unwanted?.includes(role) ?? false));
}

function activeOf(filters: Filters): boolean[] {
  const wanted = filters.values('state');
  const unwanted = filters.values('state', 'is-not');
  return [true, false].filter((active) => {
    const word = active ? 'active' : 'locked';
    return (wanted?.includes(word) ?? true) && !(unwanted?.includes(word) ?? false);
  });
}

export default definePage({
  path: '/users',
  title: 'People',
  permission: 'users:read',
  group: 'foot',
  icon: 'users',
  order: 20,
  Page: PeoplePage,
});
