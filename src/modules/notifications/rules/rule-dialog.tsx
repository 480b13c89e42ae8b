/** A rule: which news, when, and where it goes. */
import { useState } from 'react';
import { useChange } from '../../../client/use-change.ts';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { severities } from '../../../contract/severity.ts';
import { Button, TextLink } from '../../../ui/button.tsx';
import { ChangedElsewhere, type Opened, useOpened } from '../../../ui/changed-elsewhere.tsx';
import { CheckLine, TextLine } from '../../../ui/controls.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { inertLine } from '../../../ui/inert.ts';
import { Loaded, ProblemNote } from '../../../ui/loaded.tsx';
import { toast } from '../../../ui/toast-store.ts';
import { severityMeanings } from '../../../ui/words.ts';
import { addRule, listDestinations, type Rule, type RuleDraft, replaceRule, routedEvents } from '../contract.ts';
import { HoursFields, nightHours, officeHours } from '../destinations/hours-fields.tsx';
import { channelWords } from '../notification-words.tsx';
import { conditionWords, eventWords } from './rule-words.tsx';

const empty: RuleDraft = {
  name: '',
  enabled: true,
  events: ['alert.raised', 'incident.opened', 'incident.escalated'],
  severities: ['critical', 'high'],
  categories: [],
  assetTags: [],
  hours: null,
  quiet: null,
  destinationIds: [],
};
function draftOf(rule: Rule | null): RuleDraft {
  if (rule === null) return empty;
  const { name, enabled, events, severities: grave, categories, assetTags, hours, quiet, destinationIds } = rule;
  return { name, enabled, events, severities: grave, categories, assetTags, hours, quiet, destinationIds };
}

/** @param rule as it is now; null: a new one */
export function RuleDialog({ rule, onClose }: { rule: Rule | null; onClose: () => void }) {
  const opened = useOpened(rule, true);
  return <RuleFields key={opened.record?.version ?? 0} opened={opened} onClose={onClose} />;
}

function RuleFields({ opened, onClose }: { opened: Opened<Rule | null>; onClose: () => void }) {
  const rule = opened.record;
  const [draft, setDraft] = useState(() => draftOf(rule));
  const set = (part: Partial<RuleDraft>): void => setDraft((before) => ({ ...before, ...part }));
  const onDone = (after: Rule): void => {
    toast({ text: `Saved ${inertLine(after.name, 80)}` });
    onClose();
  };
  const add = useChange(addRule, { onDone });
  const replace = useChange(replaceRule, { onDone });
  const problem = add.problem ?? replace.problem;
  const save = (): void => void (rule === null ? add.run(draft) : replace.run({ id: rule.id, version: rule.version, ...draft }));
  return (
    <Dialog
      open
      onClose={onClose}
      width="wide"
      title={rule === null ? 'Add a rule' : 'Change the rule'}
      description={inertLine(`${conditionWords(draft)}.`, 300)}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            kind="primary"
            disabled={draft.name.trim() === '' || draft.destinationIds.length === 0}
            busy={(add.isRunning || replace.isRunning) && 'Saving…'}
            onClick={save}
          >
            {rule === null ? 'Add the rule' : 'Save the rule'}
          </Button>
        </>
      }
    >
      <ChangedElsewhere what="rule" opened={opened} isSaving={replace.isRunning} />
      <div className="grid gap-x-6 gap-y-4 tablet:grid-cols-2">
        <TextLine plain label="Name" value={draft.name} onChange={(name) => set({ name })} />
        <div className="self-end">
          <CheckLine checked={draft.enabled} onChange={(enabled) => set({ enabled })}>
            In force
          </CheckLine>
        </div>
        <What draft={draft} set={set} />
        <Where draft={draft} set={set} />
        <HoursFields words="Only within these hours" value={draft.hours} start={officeHours} onChange={(hours) => set({ hours })} />
        <HoursFields
          words="Quiet hours: only what is critical"
          value={draft.quiet}
          start={nightHours}
          onChange={(quiet) => set({ quiet })}
        />
      </div>
      {problem !== null && <ProblemNote error={problem} />}
    </Dialog>
  );
}

type PartProps = { draft: RuleDraft; set: (part: Partial<RuleDraft>) => void };
const wordsIn = (text: string): string[] =>
  text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');

function toggled<T>(list: readonly T[], one: T, isOn: boolean): T[] {
  const others = list.filter((other) => other !== one);
  return isOn ? [...others, one] : others;
}

function What({ draft, set }: PartProps) {
  // Kept as typed, so that a comma can be written.
  const [categories, setCategories] = useState(draft.categories.join(', '));
  const [tags, setTags] = useState(draft.assetTags.join(', '));
  return (
    <div className="grid content-start gap-4">
      <fieldset className="min-w-0">
        <legend className="mb-1 font-name">Severity</legend>
        <div className="flex flex-wrap gap-x-4">
          {severities.map((one) => (
            <CheckLine
              key={one}
              checked={draft.severities.includes(one)}
              onChange={(isOn) => set({ severities: toggled(draft.severities, one, isOn) })}
            >
              {severityMeanings[one].word}
            </CheckLine>
          ))}
        </div>
        <p className="text-label text-ink-3">None chosen: every severity.</p>
      </fieldset>
      <fieldset className="min-w-0">
        <legend className="mb-1 font-name">News</legend>
        {routedEvents.map((one) => (
          <CheckLine key={one} checked={draft.events.includes(one)} onChange={(isOn) => set({ events: toggled(draft.events, one, isOn) })}>
            {eventWords[one]}
          </CheckLine>
        ))}
        <p className="text-label text-ink-3">None chosen: every kind.</p>
      </fieldset>
      <TextLine
        plain
        label="Kinds of alerts, or sources"
        value={categories}
        onChange={(text) => {
          setCategories(text);
          set({ categories: wordsIn(text) });
        }}
        help="Separated by commas. Left empty, every one."
      />
      <TextLine
        plain
        label="Tags of the asset"
        value={tags}
        onChange={(text) => {
          setTags(text);
          set({ assetTags: wordsIn(text) });
        }}
        help="One of them is enough. Left empty, any asset or none."
      />
    </div>
  );
}

function Where({ draft, set }: PartProps) {
  const answer = useEndpoint(listDestinations, { limit: 200 });
  return (
    <fieldset className="min-w-0">
      <legend className="mb-1 font-name">Destinations</legend>
      <Loaded
        answer={answer}
        lines={3}
        empty={
          <p className="text-ink-2">
            There is none yet. <TextLink to="/notifications">Add a destination</TextLink> first.
          </p>
        }
      >
        {({ items }) =>
          items.map(({ id, name, channel, enabled }) => (
            <CheckLine
              key={id}
              checked={draft.destinationIds.includes(id)}
              onChange={(isOn) => set({ destinationIds: toggled(draft.destinationIds, id, isOn) })}
            >
              <span className="min-w-0">
                {inertLine(name, 100)}{' '}
                <span className="text-ink-3">
                  {channelWords[channel]}
                  {!enabled && ', switched off'}
                </span>
              </span>
            </CheckLine>
          ))
        }
      </Loaded>
    </fieldset>
  );
}
