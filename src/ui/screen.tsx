/** The frame of a page: title line, fixed tools, one scrolling surface, and beside it a rail or a peek. */
import { ChevronRight } from 'lucide-react';
import { type ReactNode, useContext, useEffect, useRef } from 'react';
import { createPortal } from 'react-dom';
import { Link, useLocation, useSearch } from 'wouter';
import { classNames } from './class-names.ts';
import { useKeys } from './keys.ts';
import { usePreference } from './preference.ts';
import { PageAboveContext, ScreenSlotsContext } from './screen-slots.ts';
import { useScrollMemory } from './scroll.ts';

export type PathStep = { readonly label: string; readonly to: string };

export type ScreenProps = {
  title: string;
  /** One sentence of what stands here, with its figures. */
  subtitle?: ReactNode;
  /** Chips, tags and facts under the title of a record. */
  facts?: ReactNode;
  /** Steps above this page; top-level pages have none. The title is added as the last. */
  path?: readonly PathStep[];
  /** Shorter name for the path and the browser's tab. */
  shortTitle?: string;
  /** Drawing in a box before the title of a record. */
  lead?: ReactNode;
  actions?: ReactNode;
  /** Stays in place above the rows: views, filters, count. From tablet width on, only the rows then scroll. */
  toolbar?: ReactNode;
  /** Tabs of a record, under the title. */
  tabs?: ReactNode;
  /** Right column on the canvas; goes below the content under 1440 px. */
  rail?: ReactNode;
  /** A Peek or null. */
  peek?: ReactNode;
  /** False while the first rows load: the scroll position is restored after. */
  ready?: boolean;
  children: ReactNode;
};

export function Screen({ toolbar, rail, peek, ready = true, children, ...head }: ScreenProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const body = useRef<HTMLDivElement>(null);
  const [place] = useLocation();
  const key = `${place}?${useSearch().replace(/(^|&)peek=[^&]*/, '')}`;
  useScrollMemory(scroller, `${key} frame`, ready);
  useScrollMemory(body, key, ready);
  const hasTools = toolbar !== undefined;
  const [railChoice, setRail] = usePreference('rail');
  const isRailFolded = railChoice === 'folded';
  useKeys(
    'Everywhere',
    rail === undefined ? [] : [{ keys: ']', label: 'Fold the rail', run: () => setRail(isRailFolded ? null : 'folded') }],
  );
  useDocumentTitle(head.shortTitle ?? head.title);
  return (
    <div className="relative flex min-h-0 flex-1">
      <ScreenPath path={head.path} title={head.shortTitle ?? head.title} />
      <div
        ref={scroller}
        className={classNames(
          'scroll-quiet min-h-0 min-w-0 flex-1 overflow-y-auto bg-surface',
          hasTools && 'tablet:flex tablet:flex-col tablet:overflow-hidden',
          rail !== undefined && 'wide:flex wide:overflow-hidden',
        )}
      >
        <div
          className={classNames(
            'flex min-h-full min-w-0 flex-col',
            rail !== undefined && 'wide:min-h-0 wide:flex-1 wide:overflow-y-auto',
            hasTools && 'tablet:flex tablet:min-h-0 tablet:flex-1 tablet:flex-col',
          )}
        >
          <ScreenHead {...head} />
          {toolbar}
          <PageAboveContext value={head.path?.at(-1) ?? null}>
            {hasTools ? (
              <div ref={body} className="scroll-quiet flex flex-col tablet:min-h-0 tablet:flex-1 tablet:overflow-y-auto">
                {children}
              </div>
            ) : (
              children
            )}
          </PageAboveContext>
        </div>
        {rail !== undefined && !isRailFolded && (
          <aside
            aria-label="Beside"
            className="scroll-quiet border-t border-line bg-canvas tablet:grid tablet:grid-cols-2 tablet:gap-x-4 wide:block wide:min-h-0 wide:w-90 wide:flex-none wide:overflow-y-auto wide:border-t-0 wide:border-l"
          >
            {rail}
          </aside>
        )}
      </div>
      {peek}
    </div>
  );
}

function ScreenHead({ title, subtitle, facts, lead, actions, tabs }: Omit<ScreenProps, 'children' | 'toolbar' | 'rail' | 'peek'>) {
  return (
    <header className={classNames('flex-none', tabs === undefined ? '' : 'border-b border-line')}>
      <div className="flex flex-wrap items-start gap-x-4 gap-y-2 px-4 pt-3.5 pb-3 tablet:px-6">
        {lead !== undefined && (
          <span className="mt-0.5 flex size-10 flex-none items-center justify-center rounded-form border border-line bg-sunken text-ink-2">
            {lead}
          </span>
        )}
        <div className="min-w-0 flex-1 basis-60">
          <h1 className="text-[1.375rem] leading-7 font-title tracking-[-0.018em] break-words tablet:text-title">{title}</h1>
          {facts !== undefined && <div className="mt-1.5 flex flex-wrap items-center gap-x-3.5 gap-y-1.5 text-ink-2">{facts}</div>}
          {subtitle !== undefined && <p className="mt-1 max-w-[72ch] text-ink-2">{subtitle}</p>}
        </div>
        {actions !== undefined && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
      </div>
      {tabs}
    </header>
  );
}

function ScreenPath({ path, title }: { path: readonly PathStep[] | undefined; title: string }) {
  const slot = useContext(ScreenSlotsContext).path;
  if (slot === null || path === undefined || path.length === 0) return null;
  return createPortal(
    <nav aria-label="Path" className="min-w-0">
      <ol className="flex min-w-0 items-center gap-2">
        {path.map(({ label, to }) => (
          <li key={to} className="flex flex-none items-center gap-2">
            <Link href={to} className="rounded-tag text-ink-2 hover:text-ink hover:underline hover:underline-offset-2">
              {label}
            </Link>
            <ChevronRight size={14} aria-hidden="true" className="text-ink-3" />
          </li>
        ))}
        <li aria-current="page" className="min-w-0 truncate font-name" title={title}>
          {title}
        </li>
      </ol>
    </nav>,
    slot,
  );
}

function useDocumentTitle(title: string): void {
  useEffect(() => {
    const before = document.title;
    document.title = `${title} · AI-SPM`;
    return () => {
      document.title = before;
    };
  }, [title]);
}
