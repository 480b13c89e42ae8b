/** Import: choose a file, it is sent and read, what came of it is shown. */
import { useQueryClient } from '@tanstack/react-query';
import { FileUp } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { problemOf, request } from '../../../client/request.ts';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import type { Problem } from '../../../contract/problem.ts';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { FieldList } from '../../../ui/field-list.tsx';
import { formatBytes, formatNumber } from '../../../ui/format.ts';
import { inertLine } from '../../../ui/inert.ts';
import { InertText } from '../../../ui/inert-text.tsx';
import { EmptyNote, Loaded, ProblemNote } from '../../../ui/loaded.tsx';
import { Progress } from '../../../ui/progress.tsx';
import { type AdvisoryImport, getImport, importAdvisories } from '../contract.ts';

const kinds: Readonly<Record<AdvisoryImport['kind'], string>> = {
  osv: 'Advisories (OSV)',
  kev: 'Known exploited vulnerabilities (KEV)',
  epss: 'Exploit forecast (EPSS)',
};

export function ImportDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { file, started, problem, isSending, choose, run, reset } = useImport();
  const close = () => {
    reset();
    onClose();
  };
  return (
    <Dialog
      open={open}
      onClose={close}
      width="wide"
      title="Import advisories"
      description="An OSV archive (all.zip of an ecosystem) or record, the KEV catalogue as JSON, or EPSS scores as CSV, packed or not. The kind is found by the content; nothing is fetched from the internet."
      actions={
        <>
          <Button onClick={close}>{started === null ? 'Cancel' : 'Close'}</Button>
          {started === null && (
            <Button kind="primary" disabled={file === null} busy={isSending && 'Uploading…'} onClick={() => void run()}>
              Import
            </Button>
          )}
        </>
      }
    >
      {started === null && <FileField file={file} onChoose={choose} disabled={isSending} />}
      {problem !== null && <ProblemNote error={problem} />}
      {started !== null && <Followed id={started} />}
    </Dialog>
  );
}

type FileFieldProps = { file: File | null; onChoose: (file: File | undefined) => void; disabled: boolean };

/** By the button or by dropping; the file is named with its size. */
function FileField({ file, onChoose, disabled }: FileFieldProps) {
  const field = useRef<HTMLInputElement>(null);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is a second way; the button inside does the same
    <div
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        if (!disabled) onChoose(event.dataTransfer.files[0]);
      }}
      className="flex flex-col items-center gap-3 rounded-form border border-dashed border-line-strong bg-sunken px-4 py-6 text-center"
    >
      {file === null ? (
        <p className="text-ink-2">Drop a file here, or choose it.</p>
      ) : (
        <p className="max-w-full">
          <InertText className="mono text-code break-all" text={file.name} limit={200} />{' '}
          <span className="text-ink-2">{formatBytes(file.size)}. Large archives take a minute or two.</span>
        </p>
      )}
      <Button icon={FileUp} disabled={disabled} onClick={() => field.current?.click()}>
        {file === null ? 'Choose a file' : 'Choose another file'}
      </Button>
      <input
        ref={field}
        type="file"
        accept=".zip,.json,.csv,.gz"
        aria-label="File to import"
        tabIndex={-1}
        className="sr-only"
        onChange={(event) => onChoose(event.currentTarget.files?.[0])}
      />
    </div>
  );
}

function useImport() {
  const [file, setFile] = useState<File | null>(null);
  const [started, setStarted] = useState<string | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isSending, setSending] = useState(false);
  const choose = (chosen: File | undefined) => {
    setProblem(null);
    if (chosen !== undefined) setFile(chosen);
  };
  const run = async (): Promise<void> => {
    if (file === null) return;
    setProblem(null);
    setSending(true);
    try {
      const { id } = await request(importAdvisories, { name: file.name.slice(0, 200) }, { body: file });
      setStarted(id);
    } catch (error) {
      setProblem(problemOf(error));
    } finally {
      setSending(false);
    }
  };
  const reset = () => {
    setFile(null);
    setStarted(null);
    setProblem(null);
  };
  return { file, started, problem, isSending, choose, run, reset };
}

const lookMs = 500;
/** The job behind it, to its end. Closing the dialog does not stop it; after it every answer about advisories is asked again. */
function Followed({ id }: { id: string }) {
  const client = useQueryClient();
  const [isOver, setOver] = useState(false);
  const answer = useEndpoint(getImport, { id }, isOver ? {} : { everyMs: lookMs });
  const state = answer.data?.state ?? 'running';
  useEffect(() => {
    if (state === 'running') return;
    setOver(true);
    void client.invalidateQueries({ queryKey: ['advisories'] });
  }, [state, client]);
  return (
    <Loaded answer={answer} waitsFor="the import">
      {(row) => {
        if (row.state === 'running') return <Running row={row} />;
        if (row.state === 'failed') return <ImportFailed row={row} />;
        return <Outcome result={row} />;
      }}
    </Loaded>
  );
}

function Running({ row }: { row: AdvisoryImport }) {
  return (
    <Progress
      label={`Reading ${inertLine(row.name, 100)}`}
      facts={{ done: row.records + row.rejected, total: row.expected, unit: 'records', note: 'Closing this does not stop it.' }}
    />
  );
}

function ImportFailed({ row }: { row: AdvisoryImport }) {
  return (
    <EmptyNote kind="nothing-yet" title="The import failed">
      {row.problem?.detail ?? 'No reason was given.'}
    </EmptyNote>
  );
}

function Outcome({ result }: { result: AdvisoryImport }) {
  return (
    <>
      <FieldList
        labelWidth={120}
        fields={[
          { label: 'Kind', value: kinds[result.kind] },
          { label: 'Data of', value: result.dataDate, reason: 'the file does not say' },
          { label: 'Records', value: formatNumber(result.records) },
          { label: 'New or changed', value: formatNumber(result.changed) },
          { label: 'Left out', value: formatNumber(result.rejected) },
          { label: 'SHA-256', value: <span className="font-mono text-label">{result.sha256}</span> },
        ]}
      />
      {result.refused.length > 0 && (
        <p className="mt-2 text-ink-2">
          Not understood: <InertText text={result.refused.join(', ')} limit={400} />
        </p>
      )}
      {result.kind === 'osv' && result.changed > 0 && (
        <p className="mt-2 text-ink-2">Stored components are being compared with it; no scan is needed.</p>
      )}
    </>
  );
}
