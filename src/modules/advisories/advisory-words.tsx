/** Severity, exploitation and age of advisories in words and shapes. */
import { formatPercent } from '../../ui/format.ts';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { SeverityShape } from '../../ui/severity.tsx';
import { Shape } from '../../ui/shape.tsx';
import { Badge, Unknown } from '../../ui/tag.tsx';
import type { AdvisoryItem, Exploitation } from './contract.ts';

export function AdvisorySeverity({ severity }: Pick<AdvisoryItem, 'severity'>) {
  return severity === null ? <Shape name="unknown" tone="unknown" label="Severity unknown" /> : <SeverityShape severity={severity} />;
}

export function KevBadge({ kev, kevDue, ransomware }: Pick<Exploitation, 'kev' | 'kevDue' | 'ransomware'>) {
  if (kev !== true) return null;
  const due = kevDue === null ? '' : `, due ${kevDue}`;
  return <Badge tone="critical">{`Exploited${ransomware === true ? ', ransomware' : ''}${due}`}</Badge>;
}

/** `12.3 %`; what was not imported is unknown, never 0. */
export function EpssFigure({ epss, epssPercentile, epssDate }: Pick<Exploitation, 'epss' | 'epssPercentile' | 'epssDate'>) {
  if (epss === null) return <Unknown />;
  const rank = epssPercentile === null ? '' : `higher than ${formatPercent(epssPercentile)} of all CVEs`;
  return (
    <span title={[rank, epssDate].filter((part) => part !== null && part !== '').join(', ')} className="tabular-nums">
      {formatPercent(epss, { digits: 1 })}
    </span>
  );
}

const staleMs = 7 * 86_400_000;
/** How old the data is; older than a week is marked, never hidden. */
export function DataAge({ dataDate, importedAt, now }: { dataDate: string | null; importedAt: string; now: number }) {
  const day = dataDate ?? importedAt;
  const isOld = now - Date.parse(day) > staleMs;
  return (
    <span className={isOld ? 'text-high-ink' : undefined}>
      <RelativeTime at={day} form="age" /> old{dataDate === null && ' by its import'}
      {isOld && ': import newer data'}
    </span>
  );
}
