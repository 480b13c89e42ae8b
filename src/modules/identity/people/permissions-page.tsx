/** Who may do what, for everybody to read: the data the server decides by. */

import { useSession } from '../../../client/session.ts';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { type Act, acts } from '../../../contract/permission.ts';
import { definePage } from '../../../ui/define-page.ts';
import { Loaded } from '../../../ui/loaded.tsx';
import { Screen } from '../../../ui/screen.tsx';
import { ScrollRegion } from '../../../ui/scroll-region.tsx';
import { type PermissionMatrix, readPermissions } from '../contract.ts';

const letters: Readonly<Record<Act, string>> = { create: 'C', read: 'R', update: 'U', delete: 'D' };

function PermissionsPage() {
  const matrix = useEndpoint(readPermissions, {});
  return (
    <Screen
      title="Who may do what"
      path={[{ label: 'People', to: '/users' }]}
      subtitle="C create, R read, U update, D delete. Checked on every request; a change of role holds from the next one on."
    >
      <Loaded answer={matrix} lines={10}>
        {(loaded) => <Matrix matrix={loaded} />}
      </Loaded>
    </Screen>
  );
}

function Matrix({ matrix }: { matrix: PermissionMatrix }) {
  const { user } = useSession();
  return (
    <ScrollRegion label="Permission matrix" className="border-t border-line">
      <table className="w-full border-separate border-spacing-0">
        <thead>
          <tr>
            <th
              scope="col"
              className="sticky left-0 z-10 border-b border-line bg-surface px-4 py-2 text-left text-label font-name text-ink-3 tablet:px-6"
            >
              Resource
            </th>
            {matrix.roles.map(({ role, title, worksWith }) => (
              <th key={role} scope="col" title={worksWith} className={head(role === user?.role)}>
                {title}
                {role === user?.role && <span className="block text-label font-regular text-ink-3">your role</span>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {matrix.resources.map(({ resource, title, grants }) => (
            <tr key={resource} className="hover:bg-hover">
              <th scope="row" className="sticky left-0 z-10 border-b border-line bg-surface px-4 py-2 text-left font-name tablet:px-6">
                {title}
                <span className="mono block text-mark font-regular text-ink-3">{resource}</span>
              </th>
              {matrix.roles.map(({ role, title: roleTitle }) => (
                <Cell key={role} granted={grants[role]} label={`${title}, ${roleTitle}`} isMine={role === user?.role} />
              ))}
            </tr>
          ))}
          {matrix.rights.map(({ right, title, roles }) => (
            <tr key={right} className="hover:bg-hover">
              <th scope="row" className="sticky left-0 z-10 border-b border-line bg-surface px-4 py-2 text-left font-name tablet:px-6">
                {title}
                <span className="mono block text-mark font-regular text-ink-3">{right}</span>
              </th>
              {matrix.roles.map(({ role, title: roleTitle }) => (
                <td
                  key={role}
                  title={`${title}, ${roleTitle}: ${roles.includes(role) ? 'yes' : 'no'}`}
                  className={`border-b border-line px-3 py-2 ${role === user?.role ? 'bg-accent-tint' : ''}`}
                >
                  {roles.includes(role) ? 'yes' : <span className="text-ink-3">no</span>}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  );
}

const head = (isMine: boolean): string =>
  `border-b border-line px-3 py-2 text-left align-bottom text-label font-name whitespace-nowrap ${isMine ? 'bg-accent-tint' : ''}`;

function Cell({ granted, label, isMine }: { granted: readonly Act[]; label: string; isMine: boolean }) {
  const words = granted.length === 0 ? 'nothing' : granted.join(', ');
  return (
    <td title={`${label}: ${words}`} className={`border-b border-line px-3 py-2 ${isMine ? 'bg-accent-tint' : ''}`}>
      <span aria-hidden="true" className="mono inline-flex gap-1 text-code">
        {acts.map((act) => (
          <span key={act} className={`w-3 text-center ${granted.includes(act) ? 'font-strong' : 'text-ink-3'}`}>
            {granted.includes(act) ? letters[act] : '·'}
          </span>
        ))}
      </span>
      <span className="sr-only">{words}</span>
    </td>
  );
}

export default definePage({
  path: '/permissions',
  title: 'Who may do what',
  permission: 'signed-in',
  group: null,
  icon: 'key-round',
  order: 0,
  Page: PermissionsPage,
});
