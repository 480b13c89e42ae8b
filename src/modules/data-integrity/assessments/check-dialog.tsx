/** Looks at a table now: which one, what for; goes on to the assessment, which shows progress when it is long. */
import { useState } from 'react';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { Button } from '../../../ui/button.tsx';
import { CheckLine, Choice, TextLine } from '../../../ui/controls.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { ProblemNote } from '../../../ui/loaded.tsx';
import { mostFound, RecordSearch } from '../../../ui/record-search.tsx';
import { listAssets } from '../../ai-assets/contract.ts';
import { checkKinds, DataEnvironment } from '../contract.ts';
import { checkWords, environmentChoices } from '../data-words.tsx';
import { NewFile, SourceFields } from '../sources/source-choice.tsx';
import { AgainstField } from './against-field.tsx';
import { type Check, useCheck } from './use-check.tsx';

type Props = {
  /** Given: the table of this asset, which is then not chosen. */
  assetId?: string;
  /** A file somebody has, before it becomes the table: an upload, compared with what the table was. */
  isNewFile?: boolean;
  onClose: () => void;
};

export function CheckDialog({ assetId, isNewFile = false, onClose }: Props) {
  const check = useCheck(assetId, isNewFile);
  const { asked, change, uploading, isBusy } = check;
  const isUploading = uploading.progress !== null;
  // Nobody waits for it any more: what was sent of it is removed.
  const close = (): void => {
    check.giveUp();
    onClose();
  };
  return (
    <Dialog
      open
      onClose={close}
      width="wide"
      title={isNewFile ? 'Check a new file' : 'Check a table'}
      description={
        isNewFile
          ? 'The file is looked at as the table itself is: what is found raises the alerts of the table. Then you make it the new version, or leave it.'
          : 'Nothing of the table is changed. Rows that fail are kept by number; their values stay where they are.'
      }
      actions={
        <>
          <Button onClick={isUploading ? uploading.cancel : close}>{isUploading ? 'Stop the upload' : 'Cancel'}</Button>
          <Button
            kind="primary"
            disabled={!check.isReady}
            busy={isUploading ? 'Uploading…' : isBusy && 'Checking…'}
            onClick={() => void check.run()}
          >
            {isNewFile ? 'Check the file' : 'Check the table'}
          </Button>
        </>
      }
    >
      <div className="grid gap-5 tablet:grid-cols-2">
        {assetId === undefined && <AssetField chosen={asked.assetId} onChoose={(id) => change({ assetId: id })} />}
        <WhatIsAsked check={check} isNewFile={isNewFile} />
        <Checks
          checks={asked.checks}
          onChange={(checks) => change({ checks })}
          label={asked.label}
          onLabel={(label) => change({ label })}
          driftSays={isNewFile ? 'against what you name' : says.drift}
        />
      </div>
      {check.problem !== null && <ProblemNote error={check.problem} />}
    </Dialog>
  );
}

/** The table, what it is for, and what it is compared with. */
function WhatIsAsked({ check, isNewFile }: { check: ReturnType<typeof useCheck>; isNewFile: boolean }) {
  const { asked, change, uploading, isBusy } = check;
  return (
    <div className="grid content-start gap-4">
      {isNewFile && asked.source.kind === 'upload' ? (
        <NewFile
          file={asked.source.file}
          onChoose={(file) => change({ source: { kind: 'upload', file } })}
          uploading={uploading}
          disabled={isBusy}
        />
      ) : (
        <SourceFields choice={asked.source} onChange={(source) => change({ source })} uploading={uploading} disabled={isBusy} />
      )}
      <Choice
        label="What the table is for"
        value={asked.environment}
        choices={environmentChoices}
        onChange={(value) => change({ environment: DataEnvironment.parse(value) })}
      />
      {check.isCompared && <AgainstField against={check.against} onChange={(compared) => change({ compared })} />}
      {(asked.checks.has('quality') || asked.checks.has('drift')) && <GroupField asked={asked} onChange={change} />}
    </div>
  );
}

type GroupAsked = { readonly groupBy: string; readonly mostGroups: number };
const groupCounts = [10, 20, 50, 100].map((count) => ({ value: String(count), label: `the ${count} largest` }));

function GroupField({ asked, onChange }: { asked: GroupAsked; onChange: (more: Partial<GroupAsked>) => void }) {
  const help = 'A column whose values are groups, as country or site; left empty, only the whole table.';
  return (
    <>
      <TextLine label="Also by group" value={asked.groupBy} onChange={(groupBy) => onChange({ groupBy })} help={help} />
      {asked.groupBy.trim() !== '' && (
        <Choice
          label="Groups looked at"
          value={String(asked.mostGroups)}
          choices={groupCounts}
          onChange={(count) => onChange({ mostGroups: Number(count) })}
        />
      )}
    </>
  );
}

type ChecksProps = {
  checks: ReadonlySet<Check>;
  onChange: (checks: ReadonlySet<Check>) => void;
  label: string;
  onLabel: (label: string) => void;
  driftSays: string;
};
const says: Readonly<Record<Check, string>> = {
  quality: 'missing, invalid, inconsistent, repeated, stale: by the rules of the asset',
  drift: 'against the promoted baseline of the asset',
  anomalies: 'rows unlike the others',
  poisoning: 'signs of tampering; needs the column of the label',
};
function Checks({ checks, onChange, label, onLabel, driftSays }: ChecksProps) {
  const flip = (check: Check, isOn: boolean): void => {
    const next = new Set(checks);
    if (isOn) next.add(check);
    else next.delete(check);
    onChange(next);
  };
  return (
    <fieldset className="min-w-0">
      <legend className="mb-1 font-name">What to look for</legend>
      {checkKinds.map((check) => (
        <CheckLine key={check} checked={checks.has(check)} onChange={(isOn) => flip(check, isOn)}>
          <span>
            <span className="mr-2 font-name">{checkWords[check]}</span>
            <span className="text-ink-2">{check === 'drift' ? driftSays : says[check]}</span>
          </span>
        </CheckLine>
      ))}
      {checks.has('poisoning') && (
        <div className="mt-1 pl-6">
          <TextLine label="Column of the label" value={label} onChange={onLabel} />
        </div>
      )}
    </fieldset>
  );
}

function AssetField({ chosen, onChoose }: { chosen: string | null; onChoose: (id: string) => void }) {
  const [text, setText] = useState('');
  const query = text.trim() === '' ? {} : { q: text.trim() };
  const found = useEndpoint(listAssets, { limit: mostFound, sort: 'name', asset_type: 'dataset', ...query }, { keepPrevious: true });
  return (
    <RecordSearch
      label="Whose table it is"
      noun={['data set', 'data sets']}
      placeholder="Name, owner, tag or key"
      text={text}
      onText={setText}
      found={found}
      noteOf={({ environment }) => environment ?? ''}
      nothing="No data set is in the inventory: register one, or let discovery find it."
      chosen={chosen}
      onChoose={onChoose}
    />
  );
}
