/** Looks at a table now: which one, what for; goes on to the assessment, which shows progress when it is long. */

import { useState } from 'react';
import { useLocation } from 'wouter';
import { useChange } from '../../../client/use-change.ts';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { Button } from '../../../ui/button.tsx';
import { CheckLine, Choice, TextLine } from '../../../ui/controls.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { ProblemNote } from '../../../ui/loaded.tsx';
import { mostFound, RecordSearch } from '../../../ui/record-search.tsx';
import { listAssets } from '../../ai-assets/contract.ts';
import { type Assessment, assessNow, checkKinds, type TableSource } from '../contract.ts';
import { assessmentPlace, checkWords, environmentChoices } from '../data-words.tsx';
import { useTableUpload } from '../sources/send-table.tsx';
import { type SourceChoice, SourceFields, sourceOfChoice } from '../sources/source-choice.tsx';

type Check = Assessment['checks'][number];
type Props = { /** Given: the table of this asset, which is then not chosen. */ assetId?: string; onClose: () => void };

export function CheckDialog({ assetId, onClose }: Props) {
  const [, navigate] = useLocation();
  const uploading = useTableUpload();
  const [chosen, setChosen] = useState<string | null>(assetId ?? null);
  const [source, setSource] = useState<SourceChoice>({ kind: 'asset' });
  const [environment, setEnvironment] = useState('training');
  const [checks, setChecks] = useState<ReadonlySet<Check>>(new Set(['quality', 'anomalies']));
  const [label, setLabel] = useState('');
  const [groupBy, setGroupBy] = useState('');
  const assess = useChange(assessNow, { onDone: ({ id }) => navigate(assessmentPlace(id)) });
  const isBusy = assess.isRunning || uploading.progress !== null;
  const known = sourceOfChoice(source);
  const isReady = chosen !== null && checks.size > 0 && (source.kind === 'upload' ? source.file !== null : known !== null);
  const run = async (): Promise<void> => {
    if (chosen === null) return;
    const table = await tableOf(source, uploading.send);
    if (table === null) return;
    await assess.run({
      assetId: chosen,
      environment: environment as Assessment['environment'],
      checks: [...checks],
      options: optionsOf(label.trim(), groupBy.trim()),
      ...(table === 'asset' ? {} : { source: table }),
    });
  };
  return (
    <Dialog
      open
      onClose={onClose}
      width="wide"
      title="Check a table"
      description="Nothing of the table is changed. Rows that fail are kept by number; their values stay where they are."
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" disabled={!isReady} busy={isBusy && 'Checking…'} onClick={() => void run()}>
            Check the table
          </Button>
        </>
      }
    >
      <div className="grid gap-5 tablet:grid-cols-2">
        {assetId === undefined && <AssetField chosen={chosen} onChoose={setChosen} />}
        <div className="grid content-start gap-4">
          <SourceFields choice={source} onChange={setSource} uploading={uploading} disabled={isBusy} />
          <Choice label="What the table is for" value={environment} choices={environmentChoices} onChange={setEnvironment} />
          {(checks.has('quality') || checks.has('drift')) && <GroupField value={groupBy} onChange={setGroupBy} />}
        </div>
        <Checks checks={checks} onChange={setChecks} label={label} onLabel={setLabel} />
      </div>
      {assess.problem !== null && <ProblemNote error={assess.problem} />}
    </Dialog>
  );
}

const optionsOf = (label: string, groupBy: string) => ({ ...(label === '' ? {} : { label }), ...(groupBy === '' ? {} : { groupBy }) });

function GroupField({ value, onChange }: { value: string; onChange: (column: string) => void }) {
  const help = 'A column whose values are groups, as country or site; left empty, only the whole table.';
  return <TextLine label="Also by group" value={value} onChange={onChange} help={help} />;
}

async function tableOf(source: SourceChoice, send: ReturnType<typeof useTableUpload>['send']): Promise<TableSource | 'asset' | null> {
  if (source.kind !== 'upload') return sourceOfChoice(source);
  const upload = source.file === null ? null : await send(source.file);
  return upload === null ? null : { upload: upload.id };
}

type ChecksProps = {
  checks: ReadonlySet<Check>;
  onChange: (checks: ReadonlySet<Check>) => void;
  label: string;
  onLabel: (label: string) => void;
};
const says: Readonly<Record<Check, string>> = {
  quality: 'missing, invalid, inconsistent, repeated, stale: by the rules of the asset',
  drift: 'against the promoted baseline of the asset',
  anomalies: 'rows unlike the others',
  poisoning: 'signs of tampering; needs the column of the label',
};
function Checks({ checks, onChange, label, onLabel }: ChecksProps) {
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
            <span className="text-ink-2">{says[check]}</span>
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
