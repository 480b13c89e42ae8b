/** The page of this address: found by its path, loaded when visited, alone in its error. */
import { Suspense, use, useMemo } from 'react';
import { matchRoute, useLocation, useRouter } from 'wouter';
import type { PageEntry, PageParams } from '../../ui/define-page.ts';
import { LoadingLines } from '../../ui/loaded.tsx';
import { ErrorBoundary } from './error-boundary.tsx';
import { byMatch } from './navigation.ts';
import { loadPage } from './page-loader.ts';

export type PageMatch = { readonly entry: PageEntry; readonly params: PageParams };

export function usePageMatch(pages: readonly PageEntry[]): PageMatch | null {
  const [location] = useLocation();
  const { parser } = useRouter();
  const ordered = useMemo(() => pages.toSorted(byMatch), [pages]);
  return useMemo(() => {
    for (const entry of ordered) {
      const [hit, found] = matchRoute(parser, entry.path, location);
      if (hit) return { entry, params: plainParams(found) };
    }
    return null;
  }, [ordered, parser, location]);
}

/** Named parameters only; the matcher also numbers them. */
function plainParams(found: Readonly<Record<string | number, string | undefined>>): PageParams {
  return Object.fromEntries(
    Object.entries(found).flatMap(([name, value]) => (value === undefined || /^\d+$/.test(name) ? [] : [[name, value]])),
  );
}

export function PageView({ match }: { match: PageMatch }) {
  return (
    <ErrorBoundary key={match.entry.path}>
      <Suspense fallback={<LoadingLines lines={6} waitsFor="this page" />}>
        <LoadedPage match={match} />
      </Suspense>
    </ErrorBoundary>
  );
}

function LoadedPage({ match: { entry, params } }: { match: PageMatch }) {
  const { Page } = use(loadPage(entry));
  return <Page params={params} />;
}
