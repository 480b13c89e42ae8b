/** Where the table comes from: the asset's own file, another file, or an upload. */
import { useRef } from 'react';
import { useSession } from '../../client/session.ts';
import { Button } from '../../ui/button.tsx';
import { TextLine } from '../../ui/controls.tsx';
import { formatBytes } from '../../ui/format.ts';
import { inertLine } from '../../ui/inert.ts';
import { ProblemNote } from '../../ui/loaded.tsx';
import { Progress } from '../../ui/progress.tsx';
import type { TableSource } from './contract.ts';
import type { TableUploading } from './send-table.tsx';

export type SourceChoice =
  | { readonly kind: 'asset' }
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'upload'; readonly file: File | null };

/** What an endpoint is asked with; null while something is still to be said, 'asset' when the file of the asset is meant. */
export function sourceOfChoice(choice: SourceChoice): TableSource | 'asset' | null {
  if (choice.kind === 'asset') return 'asset';
  if (choice.kind === 'path') return choice.path.trim() === '' ? null : { path: choice.path.trim() };
  return null;
}

type SourceFieldsProps = {
  choice: SourceChoice;
  onChange: (choice: SourceChoice) => void;
  uploading?: TableUploading | undefined;
  disabled?: boolean;
};

export function SourceFields({ choice, onChange, uploading, disabled = false }: SourceFieldsProps) {
  const { can } = useSession();
  const mayUpload = uploading !== undefined && can('data-quality:create');
  return (
    <fieldset disabled={disabled} className="min-w-0">
      <legend className="mb-1 font-name">Where the table is</legend>
      <Kind
        word="The file of the asset"
        says="As its key names it."
        isChosen={choice.kind === 'asset'}
        onChoose={() => onChange({ kind: 'asset' })}
      />
      <Kind
        word="A file"
        says="In one of the folders this installation may read."
        isChosen={choice.kind === 'path'}
        onChoose={() => onChange({ kind: 'path', path: '' })}
      />
      {choice.kind === 'path' && (
        <div className="pb-2 pl-6">
          <TextLine label="Path" value={choice.path} onChange={(path) => onChange({ kind: 'path', path })} help="CSV, JSON or Parquet." />
        </div>
      )}
      {mayUpload && (
        <Kind
          word="An upload"
          says="It is removed again after a while."
          isChosen={choice.kind === 'upload'}
          onChoose={() => onChange({ kind: 'upload', file: null })}
        />
      )}
      {choice.kind === 'upload' && <FileField file={choice.file} onChoose={(file) => onChange({ kind: 'upload', file })} />}
      {uploading?.progress != null && (
        <div className="mt-2 pl-6">
          <Progress
            label={`Uploading ${inertLine(uploading.progress.name, 100)}`}
            facts={{ done: uploading.progress.sent, total: uploading.progress.size, unit: 'bytes' }}
            onCancel={uploading.cancel}
          />
        </div>
      )}
      {uploading?.problem != null && <ProblemNote error={uploading.problem} />}
    </fieldset>
  );
}

function Kind({ word, says, isChosen, onChoose }: { word: string; says: string; isChosen: boolean; onChoose: () => void }) {
  return (
    <label className="finger flex items-baseline gap-2 py-1">
      <input type="radio" name="table-source" checked={isChosen} onChange={onChoose} className="translate-y-0.5" />
      <span>
        <span className="mr-2 font-name">{word}</span>
        <span className="text-ink-2">{says}</span>
      </span>
    </label>
  );
}

function FileField({ file, onChoose }: { file: File | null; onChoose: (file: File) => void }) {
  const field = useRef<HTMLInputElement>(null);
  return (
    <div className="flex flex-wrap items-center gap-3 pb-2 pl-6">
      <Button onClick={() => field.current?.click()}>{file === null ? 'Choose a file' : 'Choose another file'}</Button>
      {file !== null && (
        <span className="min-w-0 truncate">
          <span className="mono text-code">{inertLine(file.name, 100)}</span> <span className="text-ink-2">{formatBytes(file.size)}</span>
        </span>
      )}
      <input
        ref={field}
        type="file"
        accept=".csv,.tsv,.json,.ndjson,.jsonl,.parquet,.arrow,.gz,.zst"
        aria-label="Table to upload"
        tabIndex={-1}
        className="sr-only"
        onChange={(event) => {
          const chosen = event.currentTarget.files?.[0];
          if (chosen !== undefined) onChoose(chosen);
        }}
      />
    </div>
  );
}
