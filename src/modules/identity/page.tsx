/** People: who may sign in, as what, and whom we invited. */

import { UserPlus } from 'lucide-react';
import { useState } from 'react';
import { useSession } from '../../client/session.ts';
import { useEndpoint } from '../../client/use-endpoint.ts';
import { useEndpointPages } from '../../client/use-endpoint-pages.ts';
import { Button, TextLink } from '../../ui/button.tsx';
import { definePage } from '../../ui/define-page.ts';
import { type FilterField, isAskedFor } from '../../ui/filter.ts';
import { ListTools } from '../../ui/list-screen.tsx';
import { useQueryValue } from '../../ui/query-state.ts';
import { Screen } from '../../ui/screen.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import { useAskedFilters } from '../../ui/use-asked-filters.ts';
import type { Filters } from '../../ui/use-filters.ts';
import { listUsers, peoplePosture } from './contract.ts';
import { InvitationList } from './people/invitation-list.tsx';
import { InviteDialog } from './people/invite-dialog.tsx';
import { PeopleTable } from './people/people-table.tsx';
import { roleChoices } from './people/role-words.tsx';
import { WeakSpotList } from './posture/weak-spot-list.tsx';

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
  const oversees = can('audit-logs:read');
  const posture = useEndpoint(peoplePosture, {}, { enabled: oversees });
  const weakSpotCount = posture.data?.checks.reduce((sum, { count }) => sum + count, 0);
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
          {oversees && (
            <>
              {' · '}
              <TextLink to="/api-keys">Everybody’s API keys</TextLink>
            </>
          )}
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
          ...(oversees ? [{ id: 'weak-spots', label: 'Weak spots', count: weakSpotCount, content: <WeakSpotList /> }] : []),
        ]}
      />
      <InviteDialog open={isInviting} onClose={() => setInviting(false)} />
    </Screen>
  );
}

function People() {
  const filters = useAskedFilters(fields, listUsers.input);
  const [active, ...others] = activeOf(filters);
  const isOne = active !== undefined && others.length === 0;
  const list = useEndpointPages(
    listUsers,
    { limit: 50, ...filters.asked, ...(isOne ? { active } : {}) },
    { enabled: !filters.matchNothing && active !== undefined },
  );
  return (
    <>
      <ListTools list={list} filters={filters} placeholder="Name or e-mail" order="Name, A first" />
      <PeopleTable list={list} filters={{ ...filters, matchNothing: filters.matchNothing || active === undefined }} />
    </>
  );
}

function activeOf(filters: Filters): boolean[] {
  return [true, false].filter((active) => isAskedFor(filters, 'state', active ? 'active' : 'locked'));
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
