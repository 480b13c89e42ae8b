/** The frame around every page: sidebar, top bar, one main panel; on a phone header and foot bar. */
import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { Redirect, useLocation } from 'wouter';
import { useSession } from '../../client/session.ts';
import { type Command, useCommands } from '../../ui/commands.ts';
import type { PageEntry } from '../../ui/define-page.ts';
import { useKeys } from '../../ui/keys.ts';
import { useIsPhone } from '../../ui/media.ts';
import { ScreenSlotsContext } from '../../ui/screen-slots.ts';
import { Toasts } from '../../ui/toast.tsx';
import { FactorBanner } from './factor-banner.tsx';
import { goKeys, navigationGroups } from './navigation.ts';
import { NoPage, RefusedPage } from './no-page.tsx';
import { PageView, usePageMatch } from './page-view.tsx';
import { PhoneFoot, PhoneHead } from './phone-frame.tsx';
import { rememberPage } from './recent.ts';
import { Sidebar } from './sidebar.tsx';
import { useThemeCommands } from './theme-switch.tsx';
import { TopBar } from './top-bar.tsx';

const Palette = lazy(() => import('./palette.tsx').then(({ Palette: component }) => ({ default: component })));
const KeysHelp = lazy(() => import('./keys-help.tsx').then(({ KeysHelp: component }) => ({ default: component })));
const StepUpDialog = lazy(() =>
  import('../../modules/identity/factors/step-up-dialog.tsx').then(({ StepUpDialog: component }) => ({ default: component })),
);
const NavCounter = lazy(() => import('./nav-counter.tsx').then(({ NavCounter: component }) => ({ default: component })));
const accountPath = '/account';
type Floating = 'palette' | 'keys' | null;

export function Shell({ pages }: { pages: readonly PageEntry[] }) {
  const { can } = useSession();
  const groups = useMemo(() => navigationGroups(pages, can), [pages, can]);
  const isPhone = useIsPhone();
  const [floating, setFloating] = useState<Floating>(null);
  const [pathSlot, setPathSlot] = useState<HTMLElement | null>(null);
  const slots = useMemo(() => ({ path: pathSlot }), [pathSlot]);
  const openPalette = useCallback(() => setFloating('palette'), []);
  const openKeys = useCallback(() => setFloating('keys'), []);
  useShellKeys(
    groups.flatMap((group) => group.pages),
    openPalette,
    openKeys,
  );
  useThemeCommands();
  const main = useMainFocus();
  return (
    <ScreenSlotsContext value={slots}>
      <a
        href="#content"
        className="sr-only z-50 rounded-control bg-accent px-3 py-2 text-on-accent focus:not-sr-only focus:absolute focus:top-2 focus:left-2"
      >
        Skip to content
      </a>
      <div className="flex h-dvh flex-col bg-canvas tablet:flex-row">
        {isPhone ? <PhoneHead onSearch={openPalette} /> : <Sidebar groups={groups} />}
        <div className="flex min-h-0 min-w-0 flex-1 flex-col">
          {!isPhone && <TopBar pathSlot={setPathSlot} onSearch={openPalette} onKeys={openKeys} />}
          <main
            id="content"
            ref={main}
            tabIndex={-1}
            className="relative flex min-h-0 min-w-0 flex-1 flex-col overflow-hidden outline-none"
          >
            <FactorBanner />
            <CurrentPage pages={pages} />
            <Toasts />
          </main>
        </div>
        {isPhone && <PhoneFoot groups={groups} />}
      </div>
      <Suspense fallback={null}>
        <NavCounter />
        <StepUpDialog />
        {floating === 'palette' && <Palette onClose={() => setFloating(null)} pages={pages} />}
        {floating === 'keys' && <KeysHelp onClose={() => setFloating(null)} />}
      </Suspense>
    </ScreenSlotsContext>
  );
}

function CurrentPage({ pages }: { pages: readonly PageEntry[] }) {
  const { can, user } = useSession();
  const match = usePageMatch(pages);
  const [location] = useLocation();
  const isOpen = match !== null && can(match.entry.permission);
  useEffect(() => {
    if (!isOpen) return;
    // After the page had time to set its title.
    const timer = setTimeout(() => rememberPage({ to: location, title: document.title.replace(/ · AI-SPM$/, '') }), 1500);
    return () => clearTimeout(timer);
  }, [isOpen, location]);
  // Only where a second factor is set up; everything else would be refused.
  if (user?.factorDemand?.enrolmentOnly && location !== accountPath) return <Redirect to={accountPath} replace />;
  if (match === null) return <NoPage location={location} />;
  if (!isOpen) return <RefusedPage title={match.entry.title} permission={match.entry.permission} role={user?.role ?? ''} />;
  return <PageView match={match} />;
}

function useShellKeys(pages: readonly PageEntry[], openPalette: () => void, openKeys: () => void): void {
  const [, navigate] = useLocation();
  const go = pages.flatMap((page): Command[] => [
    {
      id: `go ${page.path}`,
      label: page.title,
      group: 'Go to',
      keys: goKeys(page.path),
      words: ['go', 'open', 'page'],
      run: () => navigate(page.path),
    },
  ]);
  useCommands([...go, { id: 'keys', label: 'Show all keys of this page', group: 'Help', keys: '?', run: openKeys }]);
  useKeys(
    'Go to',
    go.flatMap(({ keys, label, run }) => (keys === undefined ? [] : [{ keys, label, run }])),
  );
  useKeys('Everywhere', [
    { keys: 'mod+k', label: 'Search or run a command', run: openPalette },
    { keys: '?', label: 'All keys of this page', run: openKeys },
  ]);
}

/** A new page takes the keyboard, so that screen readers begin there; the first one leaves it alone. */
function useMainFocus() {
  const main = useRef<HTMLElement>(null);
  const [location] = useLocation();
  const before = useRef(location);
  useEffect(() => {
    if (before.current === location) return;
    before.current = location;
    main.current?.focus({ preventScroll: true });
  }, [location]);
  return main;
}
