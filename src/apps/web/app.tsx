/** Who is here decides what stands: a public page, the sign-in, or the shell with its pages. */
import { QueryClientProvider } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import { Redirect, useLocation, useSearch } from 'wouter';
import { LiveStream } from '../../client/live.ts';
import { createQueryClient } from '../../client/query-client.ts';
import { SessionContext, type SessionUser, useSessionQuery } from '../../client/session.ts';
import { LiveContext, useLiveRenewal, useSessionWatch } from '../../client/use-live.ts';
import { ProblemNote } from '../../ui/loaded.tsx';
import { TrailMark } from '../../ui/shape.tsx';
import { useTheme } from '../../ui/theme.ts';
import { TooltipProvider } from '../../ui/tooltip.tsx';
import { ErrorBoundary } from './error-boundary.tsx';
import { PageView, usePageMatch } from './page-view.tsx';
import { pages } from './pages.generated.ts';
import { Shell } from './shell.tsx';

export function App() {
  const [client] = useState(createQueryClient);
  useTheme();
  return (
    <ErrorBoundary>
      <QueryClientProvider client={client}>
        <TooltipProvider>
          <Gate />
        </TooltipProvider>
      </QueryClientProvider>
    </ErrorBoundary>
  );
}

const signInPath = '/sign-in';

function Gate() {
  const match = usePageMatch(pages);
  const session = useSessionQuery();
  const [location] = useLocation();
  const search = useSearch();
  const user = session.data;
  if (match?.entry.permission === 'public') {
    return (
      <SessionContext value={user ?? null}>
        <main id="content" className="min-h-dvh bg-surface">
          <PageView match={match} />
        </main>
      </SessionContext>
    );
  }
  if (user === undefined) return session.error === null ? <Waiting /> : <Unreachable error={session.error} onRetry={session.refetch} />;
  if (user === null) {
    const next = `${location}${search === '' ? '' : `?${search}`}`;
    const hasSignIn = pages.some(({ path }) => path === signInPath);
    if (hasSignIn) return <Redirect to={next === '/' ? signInPath : `${signInPath}?next=${encodeURIComponent(next)}`} replace />;
    return <Unreachable error={null} onRetry={session.refetch} />;
  }
  return <SignedIn user={user} />;
}

function SignedIn({ user }: { user: SessionUser }) {
  const stream = useMemo(() => new LiveStream({ channelName: `aispm.live.${user.workspace.id}.${user.id}` }), [user.workspace.id, user.id]);
  // News is refused, as everything is, until a second factor that is overdue is set up.
  const isOpen = user.factorDemand?.enrolmentOnly !== true;
  useEffect(() => {
    if (!isOpen) return;
    stream.start();
    return () => stream.stop();
  }, [stream, isOpen]);
  return (
    <SessionContext value={user}>
      <LiveContext value={stream}>
        <Renewal />
        <Shell pages={pages} />
      </LiveContext>
    </SessionContext>
  );
}

function Renewal() {
  useLiveRenewal();
  useSessionWatch();
  return null;
}

/** Only until the first answer: the mark in its place, nothing that moves. */
function Waiting() {
  return (
    <main id="content" aria-busy="true" className="min-h-dvh bg-canvas p-4">
      <TrailMark />
      <h1 className="sr-only">AI-SPM is loading</h1>
    </main>
  );
}

function Unreachable({ error, onRetry }: { error: unknown; onRetry: () => unknown }) {
  return (
    <main id="content" className="min-h-dvh bg-surface p-4">
      <h1 className="flex items-center gap-2 text-title font-title">
        <TrailMark /> AI-SPM
      </h1>
      <ProblemNote
        error={error ?? { code: 'web.noSignIn', message: 'You are not signed in, and this installation has no sign-in page.' }}
        onRetry={onRetry}
      />
    </main>
  );
}
