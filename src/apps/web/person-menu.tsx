/** Who is signed in, and the way out. */
import { KeyRound, LogOut } from 'lucide-react';
import { useLocation } from 'wouter';
import { useSession, useSignOut } from '../../client/session.ts';
import { Avatar } from '../../ui/avatar.tsx';
import { classNames } from '../../ui/class-names.ts';
import { Menu } from '../../ui/menu.tsx';
import { toast } from '../../ui/toast-store.ts';
import { forgetRecent } from './recent.ts';
import { roleWords } from './role-words.ts';

export function PersonMenu({ isFolded }: { isFolded: boolean }) {
  const { user } = useSession();
  const signOut = useSignOut();
  const [, go] = useLocation();
  if (user === null) return null;
  const leave = async () => {
    const problem = await signOut();
    if (problem !== null) return toast({ text: `Not signed out: ${problem.message}` });
    forgetRecent();
  };
  const role = roleWords(user.role);
  return (
    <Menu
      align="start"
      head={
        <div className="border-b border-line px-2 pt-1 pb-2">
          <p className="font-strong">{user.name}</p>
          <p className="text-ink-2">{user.email}</p>
          <p className="text-ink-3">{role}</p>
        </div>
      }
      items={[
        { label: 'Sign-in and sessions', icon: KeyRound, run: () => go('/account') },
        { label: 'Sign out', icon: LogOut, run: () => void leave() },
      ]}
      trigger={
        <button
          type="button"
          aria-label={isFolded ? `${user.name}, ${role}` : undefined}
          className={classNames(
            'mt-1 flex w-full items-center gap-2.5 rounded-control py-1 text-left hover:bg-hover',
            isFolded ? 'justify-center' : 'px-1.5',
          )}
        >
          <span aria-hidden="true" className="inline-flex">
            <Avatar name={user.name} size={24} />
          </span>
          {!isFolded && (
            <span className="min-w-0">
              <span className="block truncate leading-4.5 font-name">{user.name}</span>
              <span className="block truncate text-label leading-4 text-ink-2">{role}</span>
            </span>
          )}
        </button>
      }
    />
  );
}
