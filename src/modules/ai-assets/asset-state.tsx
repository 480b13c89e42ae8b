/** What other slices know of an asset: its risk in a sentence, vulnerabilities, scans, training data. A part without input says what to connect. */
import { useSession } from '../../client/session.ts';
import { useChange } from '../../client/use-change.ts';
import { useEndpoint } from '../../client/use-endpoint.ts';
import { Button, ButtonLink, TextLink } from '../../ui/button.tsx';
import { classNames } from '../../ui/class-names.ts';
import { DueBar } from '../../ui/due-bar.tsx';
import { formatNumber, plural } from '../../ui/format.ts';
import { Loaded, ProblemNote } from '../../ui/loaded.tsx';
import { Mark } from '../../ui/mark.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Section } from '../../ui/section.tsx';
import { SeverityShape, VerdictChip } from '../../ui/severity.tsx';
import { toast } from '../../ui/toast-store.ts';
import { listScans, type Scan, startScan } from '../model-scanner/contract.ts';
import { getAssetRisk } from '../risk/contract.ts';
import { listVulnerabilitiesOfAsset } from '../vulnerabilities/contract.ts';
import { edgeWords } from './asset-words.tsx';
import type { AssetDetail } from './contract.ts';

type Props = { asset: AssetDetail };

/** The number, what it is made of, and the sentence that says what is wrong and what ends it. */
export function AssetVerdict({ asset }: Props) {
  const { can } = useSession();
  const risk = useEndpoint(getAssetRisk, { id: asset.id }, { enabled: can('risk:read'), live: ['vulnerability.', 'posture.', 'asset.'] });
  const worst = useEndpoint(
    listVulnerabilitiesOfAsset,
    { id: asset.id, limit: 1, status: 'open,in_progress' },
    { enabled: can('vulnerabilities:read'), live: ['vulnerability.'] },
  );
  const first = worst.data?.items[0];
  return (
    <section aria-label="Verdict" className="grid border-b border-line tablet:grid-cols-[minmax(0,22rem)_1fr]">
      <div className="flex items-center gap-4 border-line px-4 py-4 tablet:border-r tablet:px-6">
        <span className={classNames('text-score font-strong tabular-nums', toneOf(asset.riskLevel))}>
          {asset.risk === null ? <span className="text-title text-ink-3">unknown</span> : formatNumber(Math.round(asset.risk))}
        </span>
        <div>
          <div className="font-name">Risk, of 100</div>
          <div className="text-label text-ink-2">{riskWords(asset, risk.data)}</div>
        </div>
      </div>
      <div className="flex flex-col justify-center px-4 py-4 tablet:px-6">
        <h2 className="text-row font-row">{verdictSentence(asset, first)}</h2>
        <div className="mt-0.5 text-ink-2">{nextSentence(asset, first)}</div>
      </div>
    </section>
  );
}

const tones = {
  critical: 'text-critical-ink',
  high: 'text-high-ink',
  medium: 'text-medium-ink',
  low: 'text-ink',
  unknown: 'text-ink-3',
} as const;
function toneOf(level: AssetDetail['riskLevel']): string {
  return tones[level];
}

type Risk = ReturnType<typeof useEndpoint<typeof getAssetRisk>>['data'];
function riskWords(asset: AssetDetail, risk: Risk): string {
  if (asset.risk === null) return 'Nothing has assessed it yet, so the risk is unknown, not low.';
  if (risk === undefined) return 'Computed from its open vulnerabilities.';
  if (risk.openVulnerabilities === 0) return 'Assessed, and nothing is open that weighs: informational ones add no risk.';
  const others = risk.openVulnerabilities - 1;
  const rest =
    others === 0
      ? ''
      : ` ${plural(others, 'other')} ${others === 1 ? 'adds' : 'add'} ${risk.others < 1 ? 'less than 1' : formatNumber(Math.round(risk.others))}.`;
  return `The worst vulnerability alone gives ${formatNumber(Math.round(risk.worst))}.${rest}${risk.lowerBound ? ' Not everything was read: it is at least this.' : ''}`;
}

type First = { title: string; remedy: string; id: string } | undefined;
function verdictSentence(asset: AssetDetail, first: First): string {
  if (first) return `${first.title.replace(/\.$/, '')}.`;
  if (asset.missingSince !== null) return 'No source sees it any more.';
  return asset.risk === null ? 'Not assessed.' : 'Nothing is open.';
}

function nextSentence(asset: AssetDetail, first: First) {
  if (first)
    return (
      <>
        {first.remedy} <TextLink to={`/vulnerabilities/${first.id}`}>Open the vulnerability</TextLink>
      </>
    );
  if (asset.risk !== null) return 'The last assessment read it and found nothing to act on.';
  return asset.type === 'model' || asset.type === 'dataset' || asset.type === 'pipeline'
    ? 'Scan the folder it lies in to know more.'
    : 'Its kind is not scanned; vulnerabilities stated or imported for it would appear here.';
}

export function AssetVulnerabilities({ asset }: Props) {
  const { can } = useSession();
  const list = useEndpoint(
    listVulnerabilitiesOfAsset,
    { id: asset.id, limit: 8 },
    { enabled: can('vulnerabilities:read'), live: ['vulnerability.'] },
  );
  const total = list.data?.total ?? 0;
  return (
    <Section
      title="Vulnerabilities"
      aside={total > 0 ? <TextLink to={`/vulnerabilities?asset_id=${asset.id}`}>{`All ${formatNumber(total)}`}</TextLink> : undefined}
    >
      {can('vulnerabilities:read') ? (
        <Loaded
          answer={list}
          lines={3}
          empty={<p className="text-ink-2">{asset.risk === null ? 'Unknown: nothing has assessed it.' : 'None.'}</p>}
        >
          {({ items }) => (
            <ul>
              {items.map((one) => (
                <li
                  key={one.id}
                  className="grid min-h-10 grid-cols-[1rem_2.25rem_minmax(0,1fr)_auto] items-center gap-x-3 border-b border-line py-1 last:border-0"
                >
                  <SeverityShape severity={one.severity} />
                  <span className="text-right font-name tabular-nums">{formatNumber(Math.round(one.priority))}</span>
                  <span className="min-w-0">
                    <TextLink to={`/vulnerabilities/${one.id}`}>{one.title}</TextLink> <Mark mark={one.mark} />
                  </span>
                  {one.status === 'open' || one.status === 'in_progress' ? (
                    <DueBar due={one.dueAt} start={one.clockStartedAt} onHold={one.hold !== null} />
                  ) : (
                    <span className="text-ink-2">{one.status.replaceAll('_', ' ')}</span>
                  )}
                </li>
              ))}
            </ul>
          )}
        </Loaded>
      ) : (
        <p className="text-ink-2">Your role does not see vulnerabilities.</p>
      )}
    </Section>
  );
}

/** The folder that a scan of this asset reads: its own, or the one its file lies in. */
function scannedPath({ keys }: AssetDetail): string | null {
  const folder = keys.find((key) => key.startsWith('folder:'))?.slice(7);
  return folder ?? keys.find((key) => key.startsWith('file:'))?.slice(5) ?? null;
}

export function AssetScans({ asset }: Props) {
  const { can } = useSession();
  const path = scannedPath(asset);
  const scans = useEndpoint(
    listScans,
    { asset_id: asset.id, limit: 5 },
    { enabled: can('model-scanner:read'), live: ['model-scanner.', 'job.'] },
  );
  const start = useChange(startScan, { onDone: () => toast({ text: 'Scan started' }) });
  if (!can('model-scanner:read')) return null;
  const again =
    path !== null && can('model-scanner:create') ? (
      <Button size="small" busy={start.isRunning && 'Starting…'} onClick={() => void start.run({ path, assetId: asset.id })}>
        Scan now
      </Button>
    ) : undefined;
  return (
    <Section title="Scans" aside={again}>
      {start.problem !== null && <ProblemNote error={start.problem} />}
      <Loaded
        answer={scans}
        lines={2}
        empty={
          <p className="text-ink-2">
            {path === null
              ? 'It has no place on disk that could be scanned.'
              : 'No scan of its own. A scan of a folder above it also counts in its risk.'}
          </p>
        }
      >
        {({ items }) => (
          <ul>
            {items.map((scan) => (
              <li key={scan.id} className="flex min-h-9 flex-wrap items-center gap-3 border-b border-line py-1 last:border-0">
                <ScanOutcome scan={scan} asset={asset} />
                <TextLink to={`/model-scanner/${scan.id}`}>
                  {scan.filesRead === null || scan.filesTotal === null
                    ? 'Open the scan'
                    : `${formatNumber(scan.filesRead)} of ${plural(scan.filesTotal, 'file')} read`}
                </TextLink>
                <span className="ml-auto text-ink-3">
                  <RelativeTime at={scan.finishedAt ?? scan.createdAt} />
                </span>
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </Section>
  );
}

/** The verdict belongs to what was scanned: one of a folder above says nothing about this file alone, and is not shown as if it did. */
function ScanOutcome({ scan: { verdict, state, path }, asset }: Props & { scan: Scan }) {
  if (verdict === null) return <span className="text-ink-2">{state}</span>;
  const isOwn = asset.keys.some((key) => key === `file:${path}` || key === `folder:${path}`);
  if (isOwn) return <VerdictChip verdict={verdict} />;
  return (
    <span className="text-ink-2" title={path}>
      part of {path.split('/').at(-1)}, which as a whole is {verdict}
    </span>
  );
}

/** Data sets this model is trained on, directly or through the pipeline that makes it. */
export function TrainingData({ asset }: Props) {
  const direct = asset.dependencies.filter(({ type }) => type === 'dataset');
  const makers = asset.dependencies.filter(({ type, kind, direction }) => type === 'pipeline' && kind === 'produces' && direction === 'in');
  return (
    <Section title="Training data">
      {direct.length + makers.length === 0 ? (
        <>
          <p className="text-ink-2">Unknown: no data set and no pipeline is linked to it.</p>
          <p className="mt-1">
            <ButtonLink to="/discovery" size="small">
              Discover the code that trains it
            </ButtonLink>
          </p>
        </>
      ) : (
        <ul className="grid gap-1">
          {[...direct, ...makers].map((one) => (
            <li key={one.id} className="flex flex-wrap items-center gap-2">
              <SeverityShape severity={one.riskLevel} />
              <span className="text-ink-2">{one.type === 'pipeline' ? 'made by' : edgeWords[one.kind]}</span>
              <TextLink to={`/ai-assets/${one.assetId}`}>{one.name}</TextLink>
              <Mark mark={one.mark} />
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
