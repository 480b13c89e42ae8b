/** What somebody asks of a table, and asking it: an upload first where the table is one. */
import { useRef, useState } from 'react';
import { useLocation } from 'wouter';
import { request } from '../../../client/request.ts';
import { useChange } from '../../../client/use-change.ts';
import { type Assessment, assessNow, type DataEnvironment, removeTableUpload, type TableSource, type TableUpload } from '../contract.ts';
import { assessmentPlace } from '../data-words.tsx';
import { useTableUpload } from '../sources/send-table.tsx';
import { type SourceChoice, sourceOfChoice } from '../sources/source-choice.tsx';
import { comparedWith, useAgainst } from './against-field.tsx';

export type Check = Assessment['checks'][number];
type Asked = {
  readonly assetId: string | null;
  readonly source: SourceChoice;
  readonly environment: DataEnvironment;
  readonly checks: ReadonlySet<Check>;
  /** What a new file is compared with; null is what stands to reason. */
  readonly compared: string | null;
  readonly label: string;
  readonly groupBy: string;
  readonly mostGroups: number;
};

const ofTable: Asked = {
  assetId: null,
  source: { kind: 'asset' },
  environment: 'training',
  checks: new Set(['quality', 'anomalies']),
  compared: null,
  label: '',
  groupBy: '',
  mostGroups: 50,
};
const ofNewFile: Asked = { ...ofTable, source: { kind: 'upload', file: null }, checks: new Set(['quality', 'drift', 'anomalies']) };

export function useCheck(assetId: string | undefined, isNewFile: boolean) {
  const [, navigate] = useLocation();
  const { send, keep, discard, ...uploading } = useFileOnce();
  const [asked, setAsked] = useState<Asked>({ ...(isNewFile ? ofNewFile : ofTable), assetId: assetId ?? null });
  const { source, checks, environment } = asked;
  const isCompared = isNewFile && checks.has('drift');
  const against = useAgainst({ assetId: asked.assetId ?? '', environment }, asked.compared, isCompared);
  const assess = useChange(assessNow, {
    onDone: ({ id }) => {
      keep();
      navigate(assessmentPlace(id));
    },
  });
  const isSourceKnown = source.kind === 'upload' ? source.file !== null : sourceOfChoice(source) !== null;
  const run = async (): Promise<void> => {
    if (asked.assetId === null) return;
    const table = await tableOf(source, send);
    if (table === null) return;
    await assess.run({
      assetId: asked.assetId,
      environment,
      checks: [...checks],
      options: optionsOf(asked),
      ...(isCompared ? comparedWith(asked.assetId, against) : {}),
      ...(table === 'asset' ? {} : { source: table }),
    });
  };
  return {
    asked,
    change: (more: Partial<Asked>) => setAsked((before) => ({ ...before, ...more })),
    uploading,
    isCompared,
    against,
    isReady: asked.assetId !== null && !against.isLoading && checks.size > 0 && isSourceKnown,
    isBusy: assess.isRunning || uploading.progress !== null,
    problem: assess.problem,
    run,
    /** Ends a running upload, and removes one that no assessment took: it would hold its place in the quota. */
    giveUp: () => {
      uploading.cancel();
      if (!assess.isRunning) discard();
    },
  };
}

/** A refused check does not send the same file again; another file takes its place. */
function useFileOnce() {
  const uploading = useTableUpload();
  const sent = useRef<{ readonly file: File; readonly upload: TableUpload } | null>(null);
  const keep = (): void => {
    sent.current = null;
  };
  const discard = (): void => {
    const left = sent.current;
    sent.current = null;
    // Whoever is gone cannot be told: the sweeper removes it later.
    if (left !== null) void request(removeTableUpload, { id: left.upload.id }).catch(() => null);
  };
  const send = async (file: File): Promise<TableUpload | null> => {
    if (sent.current?.file === file) return sent.current.upload;
    discard();
    const upload = await uploading.send(file);
    sent.current = upload === null ? null : { file, upload };
    return upload;
  };
  return { ...uploading, send, keep, discard };
}

function optionsOf({ label, groupBy, mostGroups }: Asked): { label?: string; groupBy?: string; mostGroups?: number } {
  const [column, group] = [label.trim(), groupBy.trim()];
  return { ...(column === '' ? {} : { label: column }), ...(group === '' ? {} : { groupBy: group, mostGroups }) };
}

async function tableOf(source: SourceChoice, send: (file: File) => Promise<TableUpload | null>): Promise<TableSource | 'asset' | null> {
  if (source.kind !== 'upload') return sourceOfChoice(source);
  const upload = source.file === null ? null : await send(source.file);
  return upload === null ? null : { upload: upload.id };
}
