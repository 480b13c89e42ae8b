/** Where the table comes from: the asset's own file, another file, or an upload. */
import { useRef } from 'react';
import { useSession } from '../../../client/session.ts';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { Button } from '../../../ui/button.tsx';
import { Choice, TextLine } from '../../../ui/controls.tsx';
import { formatBytes } from '../../../ui/format.ts';
import { inertLine } from '../../../ui/inert.ts';
import { ProblemNote } from '../../../ui/loaded.tsx';
import { Progress } from '../../../ui/progress.tsx';
import { listConnections, listConnectionTables, type TableSource } from '../contract.ts';
import type { TableUploading } from './send-table.tsx';

export type SourceChoice =
  | { readonly kind: 'asset' }
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'postgres'; readonly connection: string; readonly schema: string; readonly table: string; readonly percent: string }
  | { readonly kind: 'upload'; readonly file: File | null };

/** What an endpoint is asked with; null while something is still to be said, 'asset' when the file of the asset is meant. */
export function sourceOfChoice(choice: SourceChoice): TableSource | 'asset' | null {
  if (choice.kind === 'asset') return 'asset';
  if (choice.kind === 'path') return choice.path.trim() === '' ? null : { path: choice.path.trim() };
  if (choice.kind === 'postgres') return tableOfDatabase(choice);
  return null;
}

function tableOfDatabase({ connection, schema, table, percent }: Extract<SourceChoice, { kind: 'postgres' }>): TableSource | null {
  if (connection === '' || schema.trim() === '' || table.trim() === '') return null;
  const share = Number(percent.replace(',', '.'));
  const isSample = percent.trim() !== '' && share > 0 && share < 100;
  return {
    postgres: { connection, schema: schema.trim(), table: table.trim(), ...(isSample ? { sample: { percent: share, seed: 1 } } : {}) },
  };
}

/** What a monitor reads, as a choice that can be changed. */
export function choiceOfSource(source: TableSource | undefined): SourceChoice {
  if (source !== undefined && 'path' in source) return { kind: 'path', path: source.path };
  if (source === undefined || !('postgres' in source)) return { kind: 'asset' };
  const { connection, schema, table, sample } = source.postgres;
  return { kind: 'postgres', connection, schema, table, percent: sample === undefined ? '' : String(sample.percent) };
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
    <div className="min-w-0">
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
        <Kind
          word="A table of a database"
          says="PostgreSQL, connected in the settings."
          isChosen={choice.kind === 'postgres'}
          onChoose={() => onChange({ kind: 'postgres', connection: '', schema: 'public', table: '', percent: '' })}
        />
        {choice.kind === 'postgres' && <DatabaseFields choice={choice} onChange={onChange} />}
        {mayUpload && (
          <Kind
            word="An upload"
            says="It is removed again after a while."
            isChosen={choice.kind === 'upload'}
            onChoose={() => onChange({ kind: 'upload', file: null })}
          />
        )}
        {choice.kind === 'upload' && (
          <div className="pb-2 pl-6">
            <FileField file={choice.file} onChoose={(file) => onChange({ kind: 'upload', file })} />
          </div>
        )}
      </fieldset>
      {uploading !== undefined && (
        <div className="pl-6">
          <UploadState uploading={uploading} />
        </div>
      )}
    </div>
  );
}

type NewFileProps = { file: File | null; onChoose: (file: File) => void; uploading: TableUploading; disabled: boolean };
/** An upload and nothing else. */
export function NewFile({ file, onChoose, uploading, disabled }: NewFileProps) {
  return (
    <div className="min-w-0">
      <fieldset disabled={disabled} className="min-w-0">
        <legend className="mb-1 font-name">The new file</legend>
        <FileField file={file} onChoose={onChoose} />
        <p className="mt-1 text-label text-ink-3">CSV, JSON, Parquet or Arrow, also as gzip or zstd. It is removed again after a while.</p>
      </fieldset>
      <UploadState uploading={uploading} />
    </div>
  );
}

function UploadState({ uploading: { progress, problem } }: { uploading: TableUploading }) {
  return (
    <>
      {progress !== null && (
        <div className="mt-2">
          <Progress
            label={`Uploading ${inertLine(progress.name, 100)}`}
            facts={{
              done: Math.round(progress.sent / 1e6),
              total: Math.max(1, Math.round(progress.size / 1e6)),
              unit: 'MB',
            }}
          />
        </div>
      )}
      {problem !== null && <ProblemNote error={problem} />}
    </>
  );
}

type DatabaseFieldsProps = { choice: Extract<SourceChoice, { kind: 'postgres' }>; onChange: (choice: SourceChoice) => void };
function DatabaseFields({ choice, onChange }: DatabaseFieldsProps) {
  const known = useEndpoint(listConnections, { limit: 100 });
  const connections = known.data?.items ?? [];
  const id = connections.find(({ name }) => name === choice.connection)?.id ?? null;
  const tables = useEndpoint(listConnectionTables, { id: id ?? '' }, { enabled: id !== null });
  const names = (tables.data?.tables ?? []).filter(({ schema }) => schema === choice.schema).map(({ table }) => table);
  const choices = [
    { value: '', label: connections.length === 0 ? 'none is connected' : 'Choose…' },
    ...connections.map(({ name }) => ({ value: name, label: name })),
  ];
  return (
    <div className="grid gap-3 pb-2 pl-6 tablet:grid-cols-2">
      <Choice label="Database" value={choice.connection} choices={choices} onChange={(connection) => onChange({ ...choice, connection })} />
      <TextLine label="Schema" value={choice.schema} onChange={(schema) => onChange({ ...choice, schema })} />
      <TextLine label="Table" value={choice.table} onChange={(table) => onChange({ ...choice, table })} list={names.slice(0, 500)} />
      <TextLine
        plain
        label="Sample, in percent"
        value={choice.percent}
        onChange={(percent) => onChange({ ...choice, percent })}
        help="Left empty, every row."
      />
      {tables.error !== null && (
        <div className="tablet:col-span-2">
          <ProblemNote error={tables.error} />
        </div>
      )}
    </div>
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
    <div className="flex flex-wrap items-center gap-3">
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
