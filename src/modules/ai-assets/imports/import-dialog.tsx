/** Import: choose a file, see what it would do as a balance sheet, then do it. */

import { useQueryClient } from '@tanstack/react-query';
import { type ChangeEvent, useState } from 'react';
import { problemOf, request } from '../../../client/request.ts';
import type { Problem } from '../../../contract/problem.ts';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { formatBytes, formatNumber, plural } from '../../../ui/format.ts';
import { InertText } from '../../../ui/inert-text.tsx';
import { ProblemNote } from '../../../ui/loaded.tsx';
import { ScrollRegion } from '../../../ui/scroll-region.tsx';
import { toast } from '../../../ui/toast-store.ts';
import { type BalanceSheet, importAssets } from '../contract.ts';

type Step = { readonly file: File; readonly sheet: BalanceSheet };

export function ImportDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { step, running, problem, run, reset } = useImport();
  const close = () => {
    reset();
    onClose();
  };
  const sheet = step?.sheet ?? null;
  const isDone = sheet !== null && !sheet.dryRun;
  return (
    <Dialog
      open={open}
      onClose={close}
      width="wide"
      title="Import assets"
      description="A CSV file whose first line names the columns (name and type are needed), or JSON: a list, or one object a line. Nothing is written before you have seen what it would do."
      actions={
        <>
          <Button onClick={close}>{isDone ? 'Close' : 'Cancel'}</Button>
          {step !== null && sheet?.dryRun === true && (
            <Button
              kind="primary"
              disabled={sheet.new + sheet.updated === 0}
              busy={running === 'import' && 'Importing…'}
              onClick={() => void run(step.file, false)}
            >
              Import {plural(sheet.new + sheet.updated, 'row')}
            </Button>
          )}
        </>
      }
    >
      <FileField onChoose={(file) => void run(file, true)} />
      {running === 'preview' && (
        <p role="status" className="mt-3 text-ink-2">
          Reading the file…
        </p>
      )}
      {problem !== null && <ProblemNote error={problem} />}
      {step !== null && sheet !== null && <Balance sheet={sheet} file={step.file} />}
    </Dialog>
  );
}

/** Preview, then import; after an import every answer about assets is asked again. */
function useImport() {
  const client = useQueryClient();
  const [step, setStep] = useState<Step | null>(null);
  const [running, setRunning] = useState<'preview' | 'import' | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const run = async (file: File, dryRun: boolean): Promise<void> => {
    const format = /\.(?:json|ndjson|jsonl)$/i.test(file.name) ? 'json' : 'csv';
    setProblem(null);
    setRunning(dryRun ? 'preview' : 'import');
    try {
      const sheet = await request(importAssets, { format, dry_run: dryRun ? 'true' : 'false' }, { body: file });
      setStep({ file, sheet });
      if (dryRun) return;
      toast({ text: `Imported: ${formatNumber(sheet.new)} new, ${formatNumber(sheet.updated)} updated` });
      void client.invalidateQueries({ queryKey: ['ai-assets'] });
    } catch (error) {
      setProblem(problemOf(error));
    } finally {
      setRunning(null);
    }
  };
  const reset = () => {
    setStep(null);
    setProblem(null);
  };
  return { step, running, problem, run, reset };
}

function FileField({ onChoose }: { onChoose: (file: File) => void }) {
  const choose = (event: ChangeEvent<HTMLInputElement>) => {
    const [file] = event.currentTarget.files ?? [];
    if (file) onChoose(file);
  };
  return (
    <>
      <label className="block">
        <span className="mb-1 block font-name">File</span>
        <input
          type="file"
          accept=".csv,.json,.jsonl,.ndjson,text/csv,application/json"
          onChange={choose}
          className="finger w-full text-body"
        />
      </label>
      <p className="mt-1 text-label text-ink-3">Up to 32 MiB and 100,000 rows. An exported file can be edited and imported again.</p>
    </>
  );
}

function Balance({ sheet, file }: { sheet: BalanceSheet; file: File }) {
  const lines = [
    { word: 'new', count: sheet.new },
    { word: 'updated', count: sheet.updated },
    { word: 'unchanged', count: sheet.unchanged },
    { word: 'rejected', count: sheet.rejected },
  ];
  const rejected = sheet.rows.filter(({ outcome }) => outcome === 'rejected');
  return (
    <section aria-label="Balance sheet" className="mt-4">
      <p className="text-ink-2">
        {sheet.dryRun ? 'Would import' : 'Imported'} {file.name}, {formatBytes(file.size)}
      </p>
      <table className="mt-2 w-full max-w-90 tabular-nums">
        <tbody>
          {lines.map(({ word, count }) => (
            <tr key={word} className="border-b border-line">
              <th scope="row" className="py-1 text-left font-regular">
                {word}
              </th>
              <td className="py-1 text-right">{formatNumber(count)}</td>
            </tr>
          ))}
          <tr>
            <th scope="row" className="py-1 text-left font-name">
              read
            </th>
            <td className="py-1 text-right font-name">{formatNumber(sheet.read)}</td>
          </tr>
        </tbody>
      </table>
      {rejected.length > 0 && (
        <>
          <h3 className="mt-3 font-name">Rejected rows</h3>
          <ScrollRegion label="Rejected rows" className="mt-1 max-h-50 overflow-y-auto">
            <ul className="text-label">
              {rejected.slice(0, 200).map(({ line, name, reason }) => (
                <li key={`${line} ${name}`} className="border-b border-line py-1">
                  <span className="text-ink-3">line {line}</span> <InertText text={name} limit={120} />{' '}
                  <span className="text-ink-2">{reason}</span>
                </li>
              ))}
            </ul>
          </ScrollRegion>
          {sheet.rejected > 200 && <p className="text-ink-3">{plural(sheet.rejected - 200, 'more rejected row')}</p>}
        </>
      )}
    </section>
  );
}
