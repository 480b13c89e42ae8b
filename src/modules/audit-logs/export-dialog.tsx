/** Takes the whole log out with its signatures: a job makes the archive, then it is saved and checked anywhere. */
import { Download } from 'lucide-react';
import { useState } from 'react';
import { linkTo } from '../../client/request.ts';
import { useChange } from '../../client/use-change.ts';
import { useEndpoint } from '../../client/use-endpoint.ts';
import { getJob } from '../../contract/live.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { CodeBlock } from '../../ui/inert-text.tsx';
import { Loaded, ProblemNote } from '../../ui/loaded.tsx';
import { Progress } from '../../ui/progress.tsx';
import { exportAuditLog, readExport } from './contract.ts';

const lookMs = 500;
const commands = [
  'tar xf audit-log-….tar',
  'ai-spm audit verify --file entries.jsonl \\',
  '  --checkpoints checkpoints.txt --key YOUR-KEY',
].join('\n');

export function ExportDialog({ onClose }: { onClose: () => void }) {
  const [jobId, setJobId] = useState<string | null>(null);
  const start = useChange(exportAuditLog, { invalidates: [], onDone: ({ jobId: id }) => setJobId(id) });
  return (
    <Dialog
      open
      onClose={onClose}
      title="Export the audit log"
      description="Every entry as it is stored, the signed checkpoints and the public keys. The export is recorded, and so is fetching it."
      actions={
        <>
          <Button onClick={onClose}>{jobId === null ? 'Cancel' : 'Close'}</Button>
          {jobId === null && (
            <Button kind="primary" busy={start.isRunning && 'Starting…'} onClick={() => void start.run({})}>
              Make the export
            </Button>
          )}
        </>
      }
    >
      {jobId !== null && <Followed jobId={jobId} />}
      <p className="mt-3 mb-1.5 text-ink-2">
        Checked on any machine, without this platform. Compare the key with one you keep yourself: the keys in the archive prove nothing
        about who wrote it.
      </p>
      <CodeBlock label="Commands" text={commands} />
      {start.problem !== null && <ProblemNote error={start.problem} />}
    </Dialog>
  );
}

function Followed({ jobId }: { jobId: string }) {
  const [isOver, setOver] = useState(false);
  const job = useEndpoint(getJob, { id: jobId }, isOver ? {} : { everyMs: lookMs });
  return (
    <Loaded answer={job} lines={1} waitsFor="the export">
      {({ state, progress, problem }) => {
        if (state === 'queued' || state === 'running')
          return <Progress label="Writing the archive" facts={progress ?? { done: 0, total: null, unit: 'entries', note: null }} />;
        if (!isOver) setOver(true);
        if (state !== 'done') return <p className="text-critical-ink">{problem?.detail ?? 'The export was stopped.'}</p>;
        return (
          <a
            href={linkTo(readExport, { id: jobId })}
            download
            className="finger inline-flex items-center gap-2 font-name text-accent-ink hover:underline"
          >
            <Download size={14} aria-hidden="true" /> Save the archive
          </a>
        );
      }}
    </Loaded>
  );
}
