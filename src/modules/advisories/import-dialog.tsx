/** Import: choose a file, it is sent and read, what came of it is shown. */
import { useQueryClient } from '@tanstack/react-query';
import { FileUp } from 'lucide-react';
import { useRef, useState } from 'react';
import { problemOf, request } from '../../client/request.ts';
import type { Problem } from '../../contract/problem.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { FieldList } from '../../ui/field-list.tsx';
import { formatBytes, formatNumber, plural } from '../../ui/format.ts';
import { InertText } from '../../ui/inert-text.tsx';
import { ProblemNote } from '../../ui/loaded.tsx';
import { toast } from '../../ui/toast-store.ts';
import { type AdvisoryImport, importAdvisories } from './contract.ts';

const kinds: Readonly<Record<AdvisoryImport['kind'], string>> = {
  osv: 'Advisories (OSV)',
  kev: 'Known exploited vulnerabilities (KEV)',
  epss: 'Exploit forecast (EPSS)',
};

export function ImportDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { file, result, problem, isRunning, choose, run, reset } = useImport();
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
          <Button onClick={close}>{result === null ? 'Cancel' : 'Close'}</Button>
          {result === null && (
            <Button kind="primary" disabled={file === null} busy={isRunning && 'Importing…'} onClick={() => void run()}>
              Import
            </Button>
          )}
        </>
      }
    >
      {result === null && <FileField file={file} onChoose={choose} disabled={isRunning} />}
      {problem !== null && <ProblemNote error={problem} />}
      {result !== null && <Outcome result={result} />}
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

/** After an import every answer about advisories is asked again. */
function useImport() {
  const client = useQueryClient();
  const [file, setFile] = useState<File | null>(null);
  const [result, setResult] = useState<AdvisoryImport | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isRunning, setRunning] = useState(false);
  const choose = (chosen: File | undefined) => {
    setProblem(null);
    if (chosen !== undefined) setFile(chosen);
  };
  const run = async (): Promise<void> => {
    if (file === null) return;
    setProblem(null);
    setRunning(true);
    try {
      const done = await request(importAdvisories, { name: file.name.slice(0, 200) }, { body: file });
      setResult(done);
      toast({ text: `Imported ${plural(done.records, 'record')}` });
      void client.invalidateQueries({ queryKey: ['advisories'] });
    } catch (error) {
      setProblem(problemOf(error));
    } finally {
      setRunning(false);
    }
  };
  const reset = () => {
    setFile(null);
    setResult(null);
    setProblem(null);
  };
  return { file, result, problem, isRunning, choose, run, reset };
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
