/** Asks for the numbers beside the places and keeps them up to date. Draws nothing; loaded after the first paint. */
import { useEffect } from 'react';
import { useSession } from '../../client/session.ts';
import { useEndpoint } from '../../client/use-endpoint.ts';
import { listRecentAlerts } from '../../modules/security-alerts/contract.ts';
import { listVulnerabilities } from '../../modules/vulnerabilities/contract.ts';
import { setNavCount } from './nav-counts.ts';

export function NavCounter() {
  const { can } = useSession();
  const seesVulnerabilities = can('vulnerabilities:read');
  const seesAlerts = can('security-alerts:read');
  const open = useEndpoint(
    listVulnerabilities,
    { limit: 1, status: 'open,in_progress' },
    { enabled: seesVulnerabilities, live: ['vulnerability.'] },
  );
  const alerts = useEndpoint(listRecentAlerts, { limit: 1 }, { enabled: seesAlerts, live: ['alert.'] });
  useNavCount('/vulnerabilities', seesVulnerabilities ? open.data?.total : undefined);
  useNavCount('/security-alerts', seesAlerts ? alerts.data?.fresh : undefined);
  return null;
}

function useNavCount(path: string, count: number | undefined): void {
  useEffect(() => {
    setNavCount(path, count === undefined || count === 0 ? null : count);
    return () => setNavCount(path, null);
  }, [path, count]);
}
