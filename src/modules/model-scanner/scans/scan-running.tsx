/** A scan that waits or runs: files, bytes, rate, and stopping it. */
import { useSession } from '../../../client/session.ts';
import { useChange } from '../../../client/use-change.ts';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { formatBytes } from '../../../ui/format.ts';
import { inertLine } from '../../../ui/inert.ts';
import { ProblemNote } from '../../../ui/loaded.tsx';
import { Progress } from '../../../ui/progress.tsx';
import { cancelScan, getScan, type Scan } from '../contract.ts';

const everyMs = 1000;

export function ScanRunning({ scan: given }: { scan: Scan }) {
  const { can } = useSession();
  const cancel = useChange(cancelScan);
  // Events tell that it went on; how far, it says itself.
  const { data: scan = given } = useEndpoint(getScan, { id: given.id }, { everyMs, live: ['model-scanner.', 'job.'] });
  const { progress, startedAt } = scan;
  const seconds = startedAt === null ? 0 : Math.max(0.5, (Date.now() - Date.parse(startedAt)) / 1000);
  const rate = progress === null || seconds === 0 ? null : progress.filesDone / seconds;
  const left =
    progress?.filesTotal === null || progress === null || rate === null || rate === 0
      ? null
      : (progress.filesTotal - progress.filesDone) / rate;
  const bytes =
    progress === null || progress.bytesRead === 0
      ? ''
      : `${formatBytes(progress.bytesRead)}, ${formatBytes(progress.bytesRead / seconds)}/s`;
  return (
    <div className="max-w-160 px-4 py-5 tablet:px-6">
      <Progress
        label={scan.state === 'queued' ? 'Waiting for a worker' : 'Scanning'}
        facts={{
          done: progress?.filesDone ?? 0,
          total: progress?.filesTotal ?? null,
          unit: 'files',
          ratePerSecond: rate,
          remainingMs: left === null ? null : left * 1000,
          note:
            [bytes, progress?.current == null ? '' : inertLine(progress.current, 160)].filter((part) => part !== '').join(' · ') || null,
        }}
        isCancelling={cancel.isRunning}
        {...(can('model-scanner:update') ? { onCancel: () => void cancel.run({ id: scan.id }) } : {})}
      />
      <p className="mt-3 text-ink-3">It goes on when you leave this page; the list shows how it ends.</p>
      {cancel.problem !== null && <ProblemNote error={cancel.problem} />}
    </div>
  );
}
