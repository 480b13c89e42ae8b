/** Head and foot on a phone: five places, the rest under More. */
import { Menu as MenuIcon, Search } from 'lucide-react';
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import { useSession } from '../../client/session.ts';
import { IconButton } from '../../ui/button.tsx';
import { classNames } from '../../ui/class-names.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { formatNumber } from '../../ui/format.ts';
import { icons } from '../../ui/icons.ts';
import { TrailMark } from '../../ui/shape.tsx';
import { CountBadge } from '../../ui/tag.tsx';
import { LiveIndicator } from './live-indicator.tsx';
import { useNavCounts } from './nav-counts.ts';
import { isUnder, type NavigationGroup, phonePlaces } from './navigation.ts';
import { PersonMenu } from './person-menu.tsx';
import { ThemeSwitch } from './theme-switch.tsx';

export function PhoneHead({ onSearch }: { onSearch: () => void }) {
  const { user } = useSession();
  return (
    <header data-print="no" className="flex h-14 flex-none items-center gap-2.5 border-b border-line bg-surface pr-2 pl-4">
      <TrailMark />
      <div className="min-w-0 flex-1">
        <p className="truncate leading-4.5 font-strong">{user?.workspace.name}</p>
        <p className="text-label leading-4 text-ink-2">AI-SPM</p>
      </div>
      <LiveIndicator compact />
      <IconButton icon={Search} label="Search or run a command" size={20} onClick={onSearch} />
    </header>
  );
}

const place = 'flex h-14 min-w-11 flex-auto flex-col items-center justify-center gap-0.5 border-t-2 text-label';

export function PhoneFoot({ groups }: { groups: readonly NavigationGroup[] }) {
  const [location] = useLocation();
  const [isMore, setMore] = useState(false);
  const counts = useNavCounts();
  return (
    <nav aria-label="Places" data-print="no" className="pad-safe-bottom flex flex-none border-t border-line bg-surface">
      {phonePlaces(groups).map(({ path, title, icon }) => {
        const Icon = icons[icon];
        const isHere = isUnder(path, location);
        return (
          <Link
            key={path}
            href={path}
            aria-current={isHere ? 'page' : undefined}
            className={classNames(place, isHere ? 'border-accent font-strong text-accent-ink' : 'border-transparent text-ink-2')}
          >
            <span className="relative">
              <Icon size={19} aria-hidden="true" />
              {counts.has(path) && (
                <span className="absolute -top-1.5 left-3">
                  <CountBadge count={counts.get(path) ?? 0} label={`${formatNumber(counts.get(path))} waiting`} />
                </span>
              )}
            </span>
            <span className="max-w-full truncate">{title}</span>
          </Link>
        );
      })}
      <button type="button" onClick={() => setMore(true)} className={classNames(place, 'border-transparent text-ink-2')}>
        <MenuIcon size={19} aria-hidden="true" />
        More
      </button>
      <Dialog open={isMore} onClose={() => setMore(false)} title="All places">
        <PhoneMore groups={groups} onGo={() => setMore(false)} />
      </Dialog>
    </nav>
  );
}

function PhoneMore({ groups, onGo }: { groups: readonly NavigationGroup[]; onGo: () => void }) {
  return (
    <div className="grid gap-3">
      {groups.map(({ group, pages }) => (
        <section key={group}>
          {group !== 'top' && group !== 'foot' && <h3 className="pb-0.5 text-label text-ink-3">{group}</h3>}
          <ul>
            {pages.map(({ path, title, icon }) => {
              const Icon = icons[icon];
              return (
                <li key={path}>
                  <Link href={path} onClick={onGo} className="flex h-11 items-center gap-3 rounded-control px-1">
                    <Icon size={18} aria-hidden="true" className="text-ink-2" />
                    {title}
                  </Link>
                </li>
              );
            })}
          </ul>
        </section>
      ))}
      <div className="flex items-center gap-2 border-t border-line pt-2">
        <div className="min-w-0 flex-1">
          <PersonMenu isFolded={false} />
        </div>
        <ThemeSwitch />
      </div>
    </div>
  );
}
