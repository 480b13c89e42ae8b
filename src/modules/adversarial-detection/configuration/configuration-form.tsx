/** The form of the configuration: what is done about a threat, when, and which kinds look for one. */
import { useEffect } from 'react';
import { useFormContext } from 'react-hook-form';
import { severities } from '../../../contract/severity.ts';
import { Button } from '../../../ui/button.tsx';
import { CheckboxField, Form, SelectField, TextField } from '../../../ui/form.tsx';
import { Section } from '../../../ui/section.tsx';
import { type Configuration, ConfigurationDraft, configurationDraftOf, kinds } from '../contract.ts';
import { kindWords } from '../threat-words.tsx';

type Props = {
  configuration: Configuration;
  onSave: (draft: ConfigurationDraft) => Promise<unknown>;
  problem: unknown;
  /** Something was written that is not saved. */
  onWritten: (isWritten: boolean) => void;
};
export function ConfigurationForm({ configuration, onSave, problem, onWritten }: Props) {
  return (
    <Form schema={ConfigurationDraft} initial={configurationDraftOf(configuration)} onSubmit={onSave} problem={problem}>
      {(form) => (
        <>
          <Written onWritten={onWritten} />
          <Responses />
          <Releases />
          <Kinds />
          <div className="flex max-w-160 flex-row-reverse justify-start gap-2 px-4 tablet:px-6">
            <Button type="submit" kind="primary" busy={form.formState.isSubmitting && 'Saving…'}>
              Save the configuration
            </Button>
            {form.formState.isDirty && <Button onClick={() => form.reset()}>Drop the changes</Button>}
          </div>
        </>
      )}
    </Form>
  );
}

function Written({ onWritten }: Pick<Props, 'onWritten'>) {
  const { isDirty } = useFormContext().formState;
  useEffect(() => onWritten(isDirty), [isDirty, onWritten]);
  return null;
}

/** Nothing is worse than critical, and nothing milder than informational. */
const severityLabels: Readonly<Partial<Record<(typeof severities)[number], string>>> = {
  critical: 'critical only',
  informational: 'everything',
};
const severityChoices = severities.map((value) => ({ value, label: severityLabels[value] ?? `${value} and worse` }));
function Responses() {
  return (
    <Section title="Response" note="what follows by itself">
      <div className="grid max-w-160 gap-4 tablet:grid-cols-2">
        <SelectField name="blockAtSeverity" label="Block from" choices={severityChoices} help="The input; from high on the client too." />
        <TextField name="blockFor" label="Seconds a block lasts" type="number" />
        <SelectField
          name="quarantineAtSeverity"
          label="Quarantine from"
          choices={severityChoices}
          help="What is compromised, never what is attacked."
        />
        <SelectField name="incidentAtSeverity" label="Open an incident from" choices={severityChoices} />
        <TextField name="incidentCount" label="Or after so many alerts" type="number" help="Of one asset and kind." />
        <TextField name="incidentMinutes" label="Within so many minutes" type="number" />
        <SelectField name="escalateAtSeverity" label="Escalate from" choices={severityChoices} />
        <TextField name="escalateAfter" label="Seconds until escalation" type="number" help="Unless somebody acknowledges it." />
        <TextField name="blockDeadline" label="Milliseconds a block may take" type="number" help="Later ones are counted as late." />
        <TextField
          name="quarantineDeadline"
          label="Seconds a quarantine may take"
          type="number"
          help="Points that have not confirmed are named."
        />
        <SelectField
          name="failMode"
          label="When screening itself fails"
          choices={[
            { value: 'open', label: 'let it through, as unscreened' },
            { value: 'closed', label: 'refuse it' },
          ]}
        />
      </div>
      <div className="mt-4">
        <CheckboxField name="simulate" label="Simulate" help="Everything is computed and stored, nothing is refused." />
      </div>
    </Section>
  );
}

function Releases() {
  return (
    <Section title="Release of a quarantine" note="asked for by a person or by this, then approved">
      <div className="grid max-w-160 gap-4 tablet:grid-cols-2">
        <SelectField
          name="releasePolicy"
          label="Asked for"
          choices={[
            { value: 'manual', label: 'by a person' },
            { value: 'after', label: 'after a time' },
            { value: 'when-clean', label: 'after a time, when clean' },
          ]}
        />
        <TextField name="releaseAfter" label="Seconds until then" type="number" />
        <TextField name="approvals" label="Approvals it needs" type="number" help="Never by who asked." />
      </div>
      <fieldset className="mt-4">
        <legend className="mb-1 font-name">Only by a person where the severity is</legend>
        <div className="flex flex-wrap gap-x-5 gap-y-1">
          {severities.map((severity) => (
            <CheckboxField key={severity} name={`never.${severity}`} label={severity} />
          ))}
        </div>
      </fieldset>
    </Section>
  );
}

function Kinds() {
  return (
    <Section title="Kinds" note="what looks for attacks, and how many false alarms it may give">
      <ul className="grid max-w-160 gap-3">
        {kinds.map((kind) => (
          <li
            key={kind}
            className="flex flex-wrap items-end justify-between gap-x-6 gap-y-2 border-t border-line pt-3 first:border-t-0 first:pt-0"
          >
            <CheckboxField name={`detectors.${kind}.enabled`} label={kindWords[kind]} />
            <div className="w-56">
              <TextField name={`detectors.${kind}.percent`} label="Asked false alarms, %" type="number" />
            </div>
          </li>
        ))}
      </ul>
    </Section>
  );
}
