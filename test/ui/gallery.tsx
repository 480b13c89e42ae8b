/** Every component of the kit inside the real shell, with invented data, to be looked at. Not shipped. */
import '../../src/client/zod-without-eval.ts';
import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { useLocation } from 'wouter';
import { Shell } from '../../src/apps/web/shell.tsx';
import { LiveStream } from '../../src/client/live.ts';
import { createQueryClient } from '../../src/client/query-client.ts';
import { SessionContext, type SessionUser } from '../../src/client/session.ts';
import { LiveContext } from '../../src/client/use-live.ts';
import { definePage, type PageEntry, type PageGroup } from '../../src/ui/define-page.ts';
import type { IconName } from '../../src/ui/icons.ts';
import { useTheme } from '../../src/ui/theme.ts';
import { toast } from '../../src/ui/toast-store.ts';
import { TooltipProvider } from '../../src/ui/tooltip.tsx';
import { AssetScene } from './scene-asset.tsx';
import { BillScene } from './scene-bill.tsx';
import { DashboardScene } from './scene-dashboard.tsx';
import { KitScene } from './scene-kit.tsx';
import { LongListScene } from './scene-long-list.tsx';
import { ScanScene } from './scene-scan.tsx';
import { SignInScene } from './scene-sign-in.tsx';
import { VulnerabilitiesScene } from './scene-vulnerabilities.tsx';

const user: SessionUser = {
  id: 'u1',
  email: 'maren.oduya@halden.example',
  name: 'Maren Oduya',
  role: 'analyst',
  permissions: [],
  department: null,
  ownDepartmentOnly: false,
  factorDemand: null,
  workspace: { id: 'w1', name: 'Halden Mutual' },
};

type Place = readonly [path: `/${string}`, title: string, group: PageGroup | null, icon: IconName, Scene: typeof DashboardScene];
const places: readonly Place[] = [
  ['/', 'Fix first', 'top', 'list-ordered', DashboardScene],
  ['/mine', 'Mine', 'top', 'inbox', DashboardScene],
  ['/approvals', 'Approvals', 'top', 'circle-check', DashboardScene],
  ['/ai-assets', 'Assets', 'Inventory', 'boxes', AssetScene],
  ['/discovery', 'Discovery', 'Inventory', 'radar', DashboardScene],
  ['/lineage', 'Lineage', 'Inventory', 'waypoints', BillScene],
  ['/vulnerabilities', 'Vulnerabilities', 'Find', 'bug', VulnerabilitiesScene],
  ['/risk', 'Risk', 'Find', 'route', KitScene],
  ['/model-scanner', 'Model scanner', 'Find', 'file-search', ScanScene],
  ['/data-quality', 'Data quality', 'Find', 'chart-column', LongListScene],
  ['/security-alerts', 'Alerts', 'Respond', 'bell', DashboardScene],
  ['/incidents', 'Incidents', 'Respond', 'siren', DashboardScene],
  ['/agents', 'Agents', 'Respond', 'bot', DashboardScene],
  ['/compliance', 'Compliance', 'Assure', 'list-checks', DashboardScene],
  ['/audit-logs', 'Audit log', 'Assure', 'scroll-text', DashboardScene],
  ['/settings', 'Settings', 'foot', 'settings', KitScene],
];
const pages: readonly PageEntry[] = places.map(([path, title, group, icon, Scene], order) => {
  const page = definePage({ path, title, permission: 'signed-in', group, icon, order, Page: Scene });
  return { ...page, load: async () => ({ default: page }) };
});

const stream = new LiveStream({ channelName: 'gallery' });
stream.start();
stream.onEvent(({ type }) => toast({ text: `Event ${type}` }));
const client = createQueryClient();

function Gallery() {
  useTheme();
  const [path] = useLocation();
  if (path === '/sign-in') return <SignInScene />;
  return (
    <SessionContext value={user}>
      <LiveContext value={stream}>
        <Shell pages={pages} />
      </LiveContext>
    </SessionContext>
  );
}

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={client}>
        <TooltipProvider>
          <Gallery />
        </TooltipProvider>
      </QueryClientProvider>
    </StrictMode>,
  );
}
