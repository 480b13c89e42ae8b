/** The list of people with what may be done to each. */

import { Ellipsis } from 'lucide-react';
import { type ReactNode, useCallback, useMemo, useState } from 'react';
import { useLocation } from 'wouter';
import { useSession } from '../../../client/session.ts';
import { useChange } from '../../../client/use-change.ts';
import type { EndpointPages } from '../../../client/use-endpoint-pages.ts';
import { IconButton } from '../../../ui/button.tsx';
import { Confirm } from '../../../ui/confirm.tsx';
import { plural } from '../../../ui/format.ts';
import { ListRows } from '../../../ui/list-screen.tsx';
import { EmptyNote } from '../../../ui/loaded.tsx';
import { Menu, type MenuItem } from '../../../ui/menu.tsx';
import { RelativeTime } from '../../../ui/relative-time.tsx';
import { TwoLines } from '../../../ui/table-body.tsx';
import type { Column } from '../../../ui/table-column.ts';
import { PhoneRow } from '../../../ui/table-phone.tsx';
import { Badge } from '../../../ui/tag.tsx';
import { toast } from '../../../ui/toast-store.ts';
import type { ListFilters } from '../../../ui/use-asked-filters.ts';
import { factorWords } from '../account/method-words.tsx';
import { changeUser, endSessionsOf, removeFactorsOf, type User } from '../contract.ts';
import { DepartmentDialog } from '../departments/department-dialog.tsx';
import { EmailDialog } from '../email-change/email-dialog.tsx';
import { SignInHistoryDialog } from '../factors/sign-in-history-dialog.tsx';
import { ResetDialog } from '../password-reset/reset-dialog.tsx';
import { RoleDialog } from './role-dialog.tsx';
import { roleWord } from './role-words.tsx';

const byId = (user: User) => user.id;
const byName = (user: User) => user.name;

type Task = 'role' | 'department' | 'lock' | 'history' | 'factors' | 'password' | 'email';
/** What is being done to whom; one thing at a time. */
type Doing = { readonly task: Task; readonly user: User };

export function PeopleTable({ list, filters }: { list: EndpointPages<User>; filters: ListFilters }) {
  const { can } = useSession();
  const mayChange = can('users:update');
  const maySeeHistory = can('audit-logs:read');
  const [doing, setDoing] = useState<Doing | null>(null);
  const menuOf = useCallback(
    (user: User) =>
      mayChange || maySeeHistory ? (
        <PersonMenu user={user} mayChange={mayChange} maySeeHistory={maySeeHistory} onTask={(task) => setDoing({ task, user })} />
      ) : null,
    [mayChange, maySeeHistory],
  );
  const columns = useMemo<Column<User>[]>(
    () => [...plainColumns, { id: 'actions', head: 'Actions', headHidden: true, width: 48, align: 'right', cell: menuOf }],
    [menuOf],
  );
  return (
    <>
      <ListRows
        label="People"
        list={list}
        filters={filters}
        noMatch="Nobody matches"
        empty={<EmptyNote title="Nobody is here yet">Invite somebody with the button above.</EmptyNote>}
        rowId={byId}
        rowName={byName}
        columns={columns}
        viewKey="people"
        phone={(user) => <PersonRow user={user} menu={menuOf(user)} />}
      />
      <PersonDialogs doing={doing} onClose={() => setDoing(null)} />
    </>
  );
}

function PersonDialogs({ doing, onClose }: { doing: Doing | null; onClose: () => void }) {
  const userOf = (task: Task) => (doing?.task === task ? doing.user : null);
  const helped = userOf('password');
  const renamed = userOf('email');
  const placed = userOf('department');
  return (
    <>
      <RoleDialog user={userOf('role')} onClose={onClose} />
      {placed !== null && <DepartmentDialog key={placed.id} user={placed} onClose={onClose} />}
      <LockConfirm user={userOf('lock')} onClose={onClose} />
      <FactorsConfirm user={userOf('factors')} onClose={onClose} />
      <SignInHistoryDialog user={userOf('history')} onClose={onClose} />
      {renamed !== null && <EmailDialog key={renamed.id} user={renamed} onClose={onClose} />}
      {helped !== null && <ResetDialog key={helped.id} user={helped} onClose={onClose} />}
    </>
  );
}

function PersonRow({ user, menu }: { user: User; menu: ReactNode }) {
  return (
    <PhoneRow
      shape={null}
      title={user.name}
      figure={menu}
      reason={[roleWord(user.role), user.department, user.email].filter((word) => word !== null).join(', ')}
      owner={
        <span className="flex flex-wrap gap-x-3 gap-y-1">
          <State user={user} />
          <Factors user={user} prefix="Second factor: " />
        </span>
      }
    />
  );
}

const plainColumns: readonly Column<User>[] = [
  { id: 'name', head: 'Name', primary: true, cell: (user) => <TwoLines title={user.name} second={user.email} /> },
  { id: 'role', head: 'Role', width: 170, cell: (user) => roleWord(user.role) },
  {
    id: 'department',
    head: 'Department',
    width: 140,
    hideUnder: 980,
    cell: (user) => user.department ?? <span className="text-ink-3">none</span>,
  },
  { id: 'factors', head: 'Second factor', width: 190, cell: (user) => <Factors user={user} /> },
  { id: 'state', head: 'State', width: 230, cell: (user) => <State user={user} /> },
  { id: 'last', head: 'Last sign-in', width: 130, hideUnder: 700, cell: (user) => <RelativeTime at={user.lastSignInAt} /> },
  { id: 'since', head: 'Since', width: 110, hideUnder: 860, cell: (user) => <RelativeTime at={user.createdAt} form="date" /> },
];

function State({ user }: { user: User }) {
  if (!user.active) return <Badge tone="high">Locked by an admin</Badge>;
  if (user.lockedUntil !== null) return <Badge tone="medium">Waits after {plural(user.failedSignIns, 'failed sign-in')}</Badge>;
  if (user.failedSignIns > 0) return <span className="text-ink-2">Active, {plural(user.failedSignIns, 'failed sign-in')}</span>;
  return <span className="text-ink-2">Active</span>;
}

function Factors({ user: { factors, factorDueAt }, prefix = '' }: { user: User; prefix?: string }) {
  if (factors.length > 0) return <span className="text-ink-2">{prefix + factorWords(factors)}</span>;
  if (factorDueAt === null) return <span className="text-ink-3">{prefix}none</span>;
  if (new Date(factorDueAt).getTime() <= Date.now()) return <Badge tone="high">No second factor, overdue</Badge>;
  return (
    <Badge tone="medium">
      <span>
        None yet, due <RelativeTime at={factorDueAt} />
      </span>
    </Badge>
  );
}

type PersonMenuProps = { user: User; mayChange: boolean; maySeeHistory: boolean; onTask: (task: Task) => void };

function PersonMenu({ user, mayChange, maySeeHistory, onTask }: PersonMenuProps) {
  const { user: self } = useSession();
  const [, navigate] = useLocation();
  const change = useChange(changeUser, {
    onRefused: (problem) => toast({ text: problem.message }),
  });
  const endAll = useChange(endSessionsOf, {
    onDone: ({ sessions, tokens }) =>
      toast({ text: `Ended ${plural(sessions, 'session')} and ${plural(tokens, 'token sign-in')} of ${user.name}` }),
    onRefused: (problem) => toast({ text: problem.message }),
  });
  const unlock = async () => {
    if (user.active) await change.run({ id: user.id, unlock: true });
    else await change.run({ id: user.id, active: true });
    toast({ text: `Unlocked ${user.name}` });
  };
  const needsUnlock = !user.active || user.lockedUntil !== null || user.failedSignIns > 0;
  const items: MenuItem[] = [
    ...(mayChange
      ? [
          { label: 'Change the role…', run: () => onTask('role') },
          { label: 'Change the department…', run: () => onTask('department') },
          ...(needsUnlock
            ? [{ label: user.active ? 'Forget failed sign-ins' : 'Unlock', note: 'They may sign in at once', run: () => void unlock() }]
            : []),
          ...(user.active && user.id !== self?.id
            ? [{ label: 'New password…', note: 'For who forgot it: a link', run: () => onTask('password') }]
            : []),
          { label: 'Change the e-mail address…', note: 'The new one counts at once', run: () => onTask('email') },
          { label: 'End all sessions', note: 'They sign in again', run: () => void endAll.run({ id: user.id }) },
          ...(user.factors.length > 0 && user.id !== self?.id
            ? [{ label: 'Remove second factors…', note: 'For who lost phone and codes', destructive: true, run: () => onTask('factors') }]
            : []),
          ...(user.active ? [{ label: 'Lock…', note: 'Ends all sessions', destructive: true, run: () => onTask('lock') }] : []),
        ]
      : []),
    ...(maySeeHistory
      ? [
          { label: 'Sign-ins', run: () => onTask('history') },
          { label: 'What they did', run: () => navigate(`/audit-logs?user_id=${user.id}`) },
          { label: 'What was done to them', run: () => navigate(`/audit-logs?resource=users&resource_id=${user.id}`) },
        ]
      : []),
  ];
  return <Menu trigger={<IconButton icon={Ellipsis} label={`Actions for ${user.name}`} />} items={items} />;
}

function LockConfirm({ user, onClose }: { user: User | null; onClose: () => void }) {
  const change = useChange(changeUser, {
    onDone: () => {
      toast({ text: `Locked ${user?.name ?? ''}` });
      onClose();
    },
    onRefused: (problem) => {
      toast({ text: problem.message });
      onClose();
    },
  });
  return (
    <Confirm
      open={user !== null}
      onClose={onClose}
      title={`Lock ${user?.name ?? ''}`}
      effect="Ends all their sessions now. They cannot sign in until somebody unlocks them; what they own stays theirs."
      verb="Lock"
      busy={change.isRunning ? 'Locking…' : false}
      onConfirm={() => {
        if (user) void change.run({ id: user.id, active: false });
      }}
    />
  );
}

function FactorsConfirm({ user, onClose }: { user: User | null; onClose: () => void }) {
  const remove = useChange(removeFactorsOf, {
    onDone: ({ ended }) => {
      toast({ text: `Removed the second factors of ${user?.name ?? ''}, ended ${plural(ended, 'session')}` });
      onClose();
    },
    onRefused: (problem) => {
      toast({ text: problem.message });
      onClose();
    },
  });
  return (
    <Confirm
      open={user !== null}
      onClose={onClose}
      title={`Remove the second factors of ${user?.name ?? ''}`}
      effect="App, passkeys, security keys and recovery codes stop working, and all their sessions end. They sign in by password until they set up new ones. Be sure that it is they who ask."
      verb="Remove"
      busy={remove.isRunning ? 'Removing…' : false}
      onConfirm={() => {
        if (user) void remove.run({ id: user.id });
      }}
    />
  );
}
