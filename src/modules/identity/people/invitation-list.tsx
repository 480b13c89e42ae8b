/** Invitations, newest first, with what became of each. */

import { useMemo } from 'react';
import { useSession } from '../../../client/session.ts';
import { useChange } from '../../../client/use-change.ts';
import { useEndpointPages } from '../../../client/use-endpoint-pages.ts';
import { Button } from '../../../ui/button.tsx';
import { ListRows, ListTools } from '../../../ui/list-screen.tsx';
import { EmptyNote } from '../../../ui/loaded.tsx';
import { RelativeTime } from '../../../ui/relative-time.tsx';
import { TwoLines } from '../../../ui/table-body.tsx';
import type { Column } from '../../../ui/table-column.ts';
import { PhoneRow } from '../../../ui/table-phone.tsx';
import { Badge } from '../../../ui/tag.tsx';
import { toast } from '../../../ui/toast-store.ts';
import type { Tone } from '../../../ui/words.ts';
import { type Invitation, listInvitations, revokeInvitation } from '../contract.ts';
import { roleWord } from './role-words.tsx';

const byId = (invitation: Invitation) => invitation.id;
const byName = (invitation: Invitation) => invitation.email;
const states: Readonly<Record<Invitation['state'], { word: string; tone: Tone }>> = {
  open: { word: 'Open', tone: 'accent' },
  used: { word: 'Used', tone: 'ok' },
  revoked: { word: 'Revoked', tone: 'info' },
  expired: { word: 'Expired', tone: 'info' },
};

export function InvitationList() {
  const { can } = useSession();
  const list = useEndpointPages(listInvitations, { limit: 50 });
  const mayRevoke = can('users:delete');
  const columns = useMemo<Column<Invitation>[]>(() => [...plainColumns, ...(mayRevoke ? [revokeColumn] : [])], [mayRevoke]);
  return (
    <>
      <ListTools list={list} order="Newest first" />
      <ListRows
        label="Invitations"
        list={list}
        empty={<EmptyNote title="No invitations yet">An invitation is a link that registers one person, once.</EmptyNote>}
        rowId={byId}
        rowName={byName}
        columns={columns}
        phone={(invitation) => (
          <PhoneRow
            shape={null}
            title={invitation.email}
            reason={`${placeWords(invitation)}, invited by ${invitation.invitedBy.name}`}
            owner={<State state={invitation.state} />}
            actions={mayRevoke && invitation.state === 'open' ? <Revoke invitation={invitation} /> : null}
          />
        )}
      />
    </>
  );
}

const plainColumns: readonly Column<Invitation>[] = [
  {
    id: 'email',
    head: 'For',
    primary: true,
    cell: (invitation) => <TwoLines title={invitation.email} second={`Invited by ${invitation.invitedBy.name}`} />,
  },
  { id: 'role', head: 'Role', width: 170, cell: (invitation) => placeWords(invitation) },
  { id: 'state', head: 'State', width: 110, cell: (invitation) => <State state={invitation.state} /> },
  { id: 'made', head: 'Made', width: 120, hideUnder: 640, cell: (invitation) => <RelativeTime at={invitation.createdAt} /> },
  { id: 'until', head: 'Until', width: 110, hideUnder: 760, cell: (invitation) => <RelativeTime at={invitation.expiresAt} form="date" /> },
];
const revokeColumn: Column<Invitation> = {
  id: 'revoke',
  head: 'Revoke',
  headHidden: true,
  width: 96,
  align: 'right',
  cell: (invitation) => (invitation.state === 'open' ? <Revoke invitation={invitation} /> : null),
};

/** As what, and of which department. */
function placeWords({ role, department }: Invitation): string {
  return department === null ? roleWord(role) : `${roleWord(role)}, ${department}`;
}

function State({ state }: { state: Invitation['state'] }) {
  return <Badge tone={states[state].tone}>{states[state].word}</Badge>;
}

function Revoke({ invitation }: { invitation: Invitation }) {
  const change = useChange(revokeInvitation, {
    onDone: () => toast({ text: `Revoked the invitation of ${invitation.email}` }),
    onRefused: (problem) => toast({ text: problem.message }),
  });
  return (
    <Button size="small" kind="destructive" busy={change.isRunning && 'Revoking…'} onClick={() => void change.run({ id: invitation.id })}>
      Revoke
    </Button>
  );
}
