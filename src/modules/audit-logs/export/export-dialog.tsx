/** Takes the whole log out with its signatures: a job makes the archive, then it is saved and checked anywhere. */
import { Download } from 'lucide-react';
import { useState } from 'react';
import { useChange } from '../../../client/use-change.ts';
import { useDownload } from '../../../client/use-download.ts';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { getJob } from '../../../contract/live.ts';
import { Button } from '../../../ui/button.tsx';
import { Choice } from '../../../ui/controls.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { CodeBlock } from '../../../ui/inert-text.tsx';
import { Loaded, ProblemNote } from '../../../ui/loaded.tsx';
import { Progress } from '../../../ui/progress.tsx';
import { type ExcerptFilter, exportAuditLog, readExport } from '../contract.ts';

const lookMs = 500;
const unpack = 'mkdir log && tar xf audit-log-….tar -C log && cd log';
const commands = {
  whole: [unpack, 'ai-spm audit verify --file entries.jsonl --tiles tiles \\', '  --checkpoints checkpoints.txt --key YOUR-KEY'].join('\n'),
  excerpt: [
    unpack,
    'ai-spm audit verify --file entries.jsonl --proofs proofs.jsonl \\',
    '  --checkpoints checkpoints.txt --key YOUR-KEY',
  ].join('\n'),
};
const kinds = [
  { value: 'whole', label: 'The whole log' },
  { value: 'excerpt', label: 'What the filters show, as a proved excerpt' },
];
const kindNotes = {
  whole: 'Every entry as it is stored, the tiles of the tree, the signed checkpoints and the public keys.',
  excerpt: 'The matching entries, each with the proof that it is in the signed log. An excerpt cannot show that none is missing.',
};

/** @param filter of the page; null: nothing is filtered, or by words, which an excerpt does not know. */
export function ExportDialog({ filter, onClose }: { filter: ExcerptFilter | null; onClose: () => void }) {
  const [jobId, setJobId] = useState<string | null>(null);
  const [kind, setKind] = useState<'whole' | 'excerpt'>(filter === null ? 'whole' : 'excerpt');
  const start = useChange(exportAuditLog, { invalidates: [], onDone: ({ jobId: id }) => setJobId(id) });
  return (
    <Dialog
      open
      onClose={onClose}
      title="Export the audit log"
      description="The export is recorded, and so is fetching it."
      actions={
        <>
          <Button onClick={onClose}>{jobId === null ? 'Cancel' : 'Close'}</Button>
          {jobId === null && (
            <Button
              kind="primary"
              busy={start.isRunning && 'Starting…'}
              onClick={() => void start.run(kind === 'excerpt' && filter !== null ? { filter } : {})}
            >
              Make the export
            </Button>
          )}
        </>
      }
    >
      {jobId === null && filter !== null && (
        <Choice label="What" value={kind} choices={kinds} onChange={(value) => setKind(value === 'whole' ? 'whole' : 'excerpt')} />
      )}
      <p className="mt-2 mb-1.5 text-ink-2">{kindNotes[kind]}</p>
      {jobId !== null && <Followed jobId={jobId} />}
      <p className="mt-3 mb-1.5 text-ink-2">
        Checked on any machine, without this platform. Compare the key with one you keep yourself: the keys in the archive prove nothing
        about who wrote it.
      </p>
      <CodeBlock label="Commands" text={commands[kind]} />
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
        return <SaveArchive jobId={jobId} />;
      }}
    </Loaded>
  );
}

function SaveArchive({ jobId }: { jobId: string }) {
  const download = useDownload(readExport);
  return (
    <>
      <Button icon={Download} onClick={() => void download.run({ id: jobId })}>
        Save the archive
      </Button>
      {download.problem !== null && <ProblemNote error={download.problem} />}
    </>
  );
}
