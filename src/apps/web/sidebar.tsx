/** Places by group, the person at the foot. 56 px of icons when narrow or folded by `[`; names then are tooltips. */
import { Link, useLocation } from 'wouter';
import { useSession } from '../../client/session.ts';
import { classNames } from '../../ui/class-names.ts';
import type { PageEntry } from '../../ui/define-page.ts';
import { formatNumber } from '../../ui/format.ts';
import { icons } from '../../ui/icons.ts';
import { useKeys } from '../../ui/keys.ts';
import { useIsDesk } from '../../ui/media.ts';
import { usePreference } from '../../ui/preference.ts';
import { TrailMark } from '../../ui/shape.tsx';
import { Tooltip } from '../../ui/tooltip.tsx';
import { useNavCounts } from './nav-counts.ts';
import { goKeys, type NavigationGroup, placeOf } from './navigation.ts';
import { preloadPage } from './page-loader.ts';
import { PersonMenu } from './person-menu.tsx';

export function Sidebar({ groups }: { groups: readonly NavigationGroup[] }) {
  const { user } = useSession();
  const isDesk = useIsDesk();
  const [stored, store] = usePreference('sidebar');
  const isFolded = !isDesk || stored === 'folded';
  useKeys('Everywhere', isDesk ? [{ keys: '[', label: 'Fold the sidebar', run: () => store(isFolded ? null : 'folded') }] : []);
  const [location] = useLocation();
  const here = placeOf(groups, location);
  const body = groups.filter(({ group }) => group !== 'foot');
  const foot = groups.find(({ group }) => group === 'foot');
  return (
    <nav
      aria-label="Places"
      data-print="no"
      className={classNames('flex flex-none flex-col border-r border-line bg-canvas [--cut:var(--canvas)]', isFolded ? 'w-14' : 'w-54')}
    >
      <div className={classNames('flex h-14 flex-none items-center gap-2.5', isFolded ? 'justify-center' : 'px-4')}>
        <TrailMark />
        {!isFolded && (
          <div className="min-w-0">
            <p className="truncate leading-4.5 font-strong" title={user?.workspace.name}>
              {user?.workspace.name}
            </p>
            <p className="text-label leading-4 text-ink-2">AI-SPM</p>
          </div>
        )}
      </div>
      <div className="scroll-quiet min-h-0 flex-1 overflow-y-auto px-2 py-0.5">
        {body.map(({ group, pages }) => (
          <div key={group} className="pb-1.5">
            {group !== 'top' && !isFolded && <h2 className="px-2 pt-2 pb-1 text-label font-medium text-ink-2">{group}</h2>}
            {group !== 'top' && isFolded && <div className="mx-2 my-1.5 h-px bg-line" />}
            <NavList label={group === 'top' ? 'First' : group} pages={pages} here={here} isFolded={isFolded} />
          </div>
        ))}
      </div>
      <div className="mx-2 flex-none border-t border-line py-2">
        {foot && <NavList label="Settings" pages={foot.pages} here={here} isFolded={isFolded} />}
        <PersonMenu isFolded={isFolded} />
      </div>
    </nav>
  );
}

type NavListProps = { label: string; pages: readonly PageEntry[]; here: string | null; isFolded: boolean };
function NavList({ label, pages, here, isFolded }: NavListProps) {
  return (
    <ul aria-label={label}>
      {pages.map((page) => (
        <li key={page.path}>
          <NavLink page={page} isHere={page.path === here} isFolded={isFolded} />
        </li>
      ))}
    </ul>
  );
}

function NavLink({ page, isHere, isFolded }: { page: PageEntry; isHere: boolean; isFolded: boolean }) {
  const Icon = icons[page.icon];
  const count = useNavCounts().get(page.path);
  const link = (
    <Link
      href={page.path}
      aria-current={isHere ? 'page' : undefined}
      aria-label={isFolded ? page.title : undefined}
      onPointerEnter={() => preloadPage(page)}
      onFocus={() => preloadPage(page)}
      className={classNames(
        'flex h-7 items-center gap-2.5 rounded-control transition-colors',
        isFolded ? 'justify-center' : 'px-2',
        isHere ? 'bg-raised font-strong text-ink shadow-press ring-1 ring-line' : 'text-ink-2 hover:bg-hover hover:text-ink',
      )}
    >
      <Icon size={16} aria-hidden="true" className={isHere ? 'text-accent-ink' : 'text-ink-2'} />
      {!isFolded && <span className="min-w-0 flex-1 truncate">{page.title}</span>}
      {!isFolded && count !== undefined && <span className="text-label font-regular tabular-nums">{formatNumber(count)}</span>}
    </Link>
  );
  if (!isFolded) return link;
  return (
    <Tooltip text={page.title} keys={goKeys(page.path)} side="right">
      {link}
    </Tooltip>
  );
}
