/** One playbook and its editor: checked while it is written, tried on last week's alerts, kept by version. */
import { useState } from 'react';
import { useLocation } from 'wouter';
import { useSession } from '../../../client/session.ts';
import { useChange } from '../../../client/use-change.ts';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import type { OutputOf } from '../../../contract/endpoint.ts';
import type { Problem } from '../../../contract/problem.ts';
import { Button } from '../../../ui/button.tsx';
import { ChangedElsewhere, useOpened } from '../../../ui/changed-elsewhere.tsx';
import { Confirm } from '../../../ui/confirm.tsx';
import { TextBox, TextLine } from '../../../ui/controls.tsx';
import { definePage } from '../../../ui/define-page.ts';
import { plural } from '../../../ui/format.ts';
import { Loaded, ProblemNote } from '../../../ui/loaded.tsx';
import { Screen } from '../../../ui/screen.tsx';
import { Columns, Section } from '../../../ui/section.tsx';
import { toast } from '../../../ui/toast-store.ts';
import { checkPlaybook, dryRunPlaybook, getPlaybook, type PlaybookCheck, removePlaybook, savePlaybook } from '../contract.ts';
import { DryRun } from './dry-run.tsx';
import { Actions } from './playbooks-page.tsx';

const beginning = `id: my-playbook
title: What it is for
says: One sentence about what it does.
when:
  category: [model-evasion]
  severityAtLeast: high
steps:
  - action: notify
    parameters: { text: Please look. }
examples:
  matches: [{ category: model-evasion, severity: critical }]
  ignores: [{ category: data-poisoning, severity: critical }]
`;
const path = [{ label: 'Playbooks', to: '/incidents/playbooks' }];

function PlaybookPage({ params }: { params: Readonly<Record<string, string | undefined>> }) {
  const key = params['key'] ?? '';
  const isNew = key === 'new';
  const answer = useEndpoint(getPlaybook, { key }, { enabled: !isNew, live: ['incidents.settings-changed'] });
  if (isNew)
    return (
      <Screen title="New playbook" path={path}>
        <Editor text={beginning} version={0} name="" mayRemove={null} />
      </Screen>
    );
  const row = answer.data;
  return (
    <Screen title={row?.title ?? 'Playbook'} path={path} subtitle={row?.says} ready={row !== undefined}>
      <Loaded answer={answer} waitsFor="the playbook" lines={8}>
        {(kept: NonNullable<typeof row>) => <KeptPlaybook key={kept.key} kept={kept} />}
      </Loaded>
    </Screen>
  );
}

type Kept = Pick<OutputOf<typeof getPlaybook>, 'key' | 'text' | 'version' | 'origin'>;
/** A version that somebody else wrote begins the editor anew, but never over what is being written here. */
function KeptPlaybook({ kept }: { kept: Kept }) {
  const [isWritten, setWritten] = useState(false);
  const [isSaving, setSaving] = useState(false);
  const opened = useOpened(kept, isWritten);
  const { key, text, version, origin } = opened.record;
  const takeLatest = (): void => {
    setWritten(false);
    opened.takeLatest();
  };
  return (
    <>
      <div className="px-4 tablet:px-6">
        <ChangedElsewhere what="playbook" opened={{ ...opened, takeLatest }} isSaving={isSaving} />
      </div>
      <Editor
        key={version}
        text={text}
        version={version}
        name={key}
        mayRemove={origin === 'shipped' ? null : origin}
        onChanged={setWritten}
        onSaving={setSaving}
      />
    </>
  );
}

type EditorProps = {
  text: string;
  version: number;
  name: string;
  mayRemove: 'changed' | 'workspace' | null;
  onChanged?: ((isChanged: boolean) => void) | undefined;
  onSaving?: ((isSaving: boolean) => void) | undefined;
};
function Editor({ text: kept, version, name, mayRemove, onChanged, onSaving }: EditorProps) {
  const { can } = useSession();
  const [text, setText] = useState(kept);
  const [typedName, setName] = useState('my-playbook');
  const check = useChange(checkPlaybook, { invalidates: [] });
  const [verdict, setVerdict] = useState<PlaybookCheck | null>(null);
  const dryRun = useChange(dryRunPlaybook, { invalidates: [] });
  const [tried, setTried] = useState<Parameters<typeof DryRun>[0]['result'] | null>(null);
  const save = useSave({ onChanged, onSaving });
  const change = (next: string): void => {
    setText(next);
    onChanged?.(next !== kept);
    setVerdict(null);
    setTried(null);
  };
  return (
    <Columns tracks="3fr 2fr">
      <Section title="Text" note="YAML">
        <div className="grid gap-3">
          {name === '' && <TextLine label="Id" value={typedName} onChange={setName} help="The same as id in the text." />}
          <TextBox
            label="Playbook"
            value={text}
            onChange={change}
            rows={24}
            help="$assetId, $clientId, $modelId and $inputSha256 stand for those of the incident."
          />
          {save.problem !== null && <ProblemNote error={save.problem} />}
          {!can('incidents:create') && <p className="text-ink-2">Your role may check and try what is written here, and not save it.</p>}
          <div className="flex flex-wrap gap-2">
            {can('incidents:create') && (
              <Button
                kind="primary"
                busy={save.isRunning && 'Saving…'}
                onClick={() => void save.run({ key: name === '' ? typedName : name, text, version })}
              >
                Save
              </Button>
            )}
            <Button busy={check.isRunning && 'Checking…'} onClick={() => void check.run({ text }).then(setVerdict)}>
              Check
            </Button>
            <Button busy={dryRun.isRunning && 'Trying…'} onClick={() => void dryRun.run({ text, days: 7 }).then(setTried)}>
              Try on last week
            </Button>
            {text !== kept && <Button onClick={() => change(kept)}>Drop the changes</Button>}
            {mayRemove !== null && can('incidents:create') && <Remove name={name} origin={mayRemove} />}
          </div>
        </div>
      </Section>
      <Side verdict={verdict} tried={tried} problem={dryRun.problem} />
    </Columns>
  );
}

function useSave({ onChanged, onSaving }: Pick<EditorProps, 'onChanged' | 'onSaving'>) {
  const [, go] = useLocation();
  const save = useChange(savePlaybook, {
    onDone: (row) => {
      onChanged?.(false);
      toast({ text: `Saved: ${row.title}` });
      go(`/incidents/playbooks/${row.key}`);
    },
  });
  const run = async (draft: Parameters<typeof save.run>[0]): Promise<void> => {
    onSaving?.(true);
    await save.run(draft);
    onSaving?.(false);
  };
  return { ...save, run };
}

type SideProps = { verdict: PlaybookCheck | null; tried: Parameters<typeof DryRun>[0]['result'] | null; problem: Problem | null };
function Side({ verdict, tried, problem }: SideProps) {
  return (
    <div>
      {verdict !== null && <Verdict verdict={verdict} />}
      {problem !== null && (
        <Section title="Last week">
          <ProblemNote error={problem} />
        </Section>
      )}
      {tried !== null && <DryRun result={tried} />}
      <Actions />
    </div>
  );
}

function Verdict({ verdict: { valid, issues, playbook } }: { verdict: PlaybookCheck }) {
  return (
    <Section title="Check">
      <div role="status">
        {valid ? (
          <p>It is right: {plural(playbook?.steps.length ?? 0, 'step')}, and every example is as it says.</p>
        ) : (
          <ul className="grid gap-1">
            {issues.map(({ path: place, line, message }) => (
              <li key={`${place} ${line} ${message}`} className="text-critical-ink">
                {line !== null && <b>Line {line}: </b>}
                {place !== '' && <span className="mono text-code">{place} </span>}
                {message}
              </li>
            ))}
          </ul>
        )}
      </div>
    </Section>
  );
}

function Remove({ name, origin }: { name: string; origin: 'changed' | 'workspace' }) {
  const [asks, setAsks] = useState(false);
  const [, go] = useLocation();
  const remove = useChange(removePlaybook, { onDone: () => go('/incidents/playbooks') });
  const verb = origin === 'changed' ? 'Put it back as shipped' : 'Remove the playbook';
  return (
    <>
      <Button kind="destructive" onClick={() => setAsks(true)}>
        {verb}
      </Button>
      <Confirm
        open={asks}
        onClose={() => setAsks(false)}
        title={`${verb}?`}
        effect="What is written here goes. Runs that began go on as they were."
        verb={verb}
        busy={remove.isRunning && 'Removing…'}
        onConfirm={() => void remove.run({ key: name })}
      />
    </>
  );
}

export default definePage({
  path: '/incidents/playbooks/:key',
  title: 'Playbook',
  permission: 'incidents:read',
  group: null,
  icon: 'workflow',
  order: 4,
  Page: PlaybookPage,
});
