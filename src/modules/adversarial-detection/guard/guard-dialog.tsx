/** A guard is made, and how it reads and decides is changed. Where it sends inputs is changed apart: see upstream-dialog. */
import { useLocation } from 'wouter';
import { z } from 'zod';
import { useChange } from '../../../client/use-change.ts';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { ChangedElsewhere, useOpened } from '../../../ui/changed-elsewhere.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { Form, SelectField, TextAreaField, TextField } from '../../../ui/form.tsx';
import { inertLine } from '../../../ui/inert.ts';
import { Loaded } from '../../../ui/loaded.tsx';
import { toast } from '../../../ui/toast-store.ts';
import {
  changeGuard,
  createGuard,
  FailMode,
  type Guard,
  type GuardForm,
  GuardName,
  guardForms,
  guardModes,
  listProfiles,
  type Profile,
} from '../contract.ts';
import { formWords } from './guard-words.tsx';

const Draft = z.object({
  name: GuardName,
  profileId: z.uuid('Choose a profile.'),
  upstream: z.string().trim(),
  token: z.string().trim(),
  form: z.enum(guardForms),
  features: z.string(),
  prediction: z.string().trim(),
  confidence: z.string().trim(),
  classes: z.string(),
  clientHeader: z.string().trim().toLowerCase(),
  mode: z.enum(guardModes),
  failMode: FailMode,
  timeoutMs: z.int('A whole number of milliseconds.').min(100).max(30_000),
});
const NewDraft = Draft.extend({ upstream: z.string().trim().min(1, 'Where is the model?') });
type Draft = z.infer<typeof Draft>;

const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
const startOf = (guard: Guard | null): Draft => ({
  name: guard?.name ?? '',
  profileId: guard?.profileId ?? '',
  upstream: guard?.upstream ?? '',
  token: '',
  form: guard?.form ?? 'custom-json',
  features: guard?.mapping.features.join('\n') ?? '/features',
  prediction: guard?.mapping.prediction ?? '/label',
  confidence: guard?.mapping.confidence ?? '/confidence',
  classes: guard?.mapping.classes.map(String).join('\n') ?? '',
  clientHeader: guard?.mapping.clientHeader ?? '',
  mode: guard?.mode ?? 'shadow',
  failMode: guard?.failMode ?? 'open',
  timeoutMs: guard?.timeoutMs ?? 10_000,
});

function settingsOf({ profileId, form, features, prediction, confidence, classes, clientHeader, mode, failMode, timeoutMs }: Draft) {
  const mapping = {
    ...{ features: linesOf(features), prediction, confidence, classes: linesOf(classes) },
    clientHeader: clientHeader === '' ? null : clientHeader,
  };
  return { profileId, form, mapping, mode, failMode, timeoutMs };
}

type Props = { guard: Guard | null; onClose: () => void };
/** @param guard as it is now; null: a new one */
export function GuardDialog({ guard: latest, onClose }: Props) {
  const opened = useOpened(latest, true);
  const guard = opened.record;
  const profiles = useEndpoint(listProfiles, { limit: 100 });
  return (
    <Dialog
      open
      onClose={onClose}
      width="wide"
      title={guard === null ? 'Add a guard' : `Change ${guard.name}`}
      description="It reads the numbers of each request, asks the model, and screens both before the answer leaves."
    >
      <Loaded answer={profiles} waitsFor="the profiles">
        {({ items }) => (
          <>
            <ChangedElsewhere what="guard" opened={opened} />
            <GuardForms key={guard?.version} guard={guard} onClose={onClose} profiles={items} />
          </>
        )}
      </Loaded>
    </Dialog>
  );
}

function GuardForms({ guard, onClose, profiles }: Props & { profiles: readonly Profile[] }) {
  const { save, problem } = useSave({ guard, onClose });
  return (
    <Form
      schema={guard === null ? NewDraft : Draft}
      initial={startOf(guard)}
      onSubmit={save}
      problem={problem}
      submit={guard === null ? 'Add the guard' : 'Save the guard'}
      onCancel={onClose}
    >
      {(form) => (
        <div className="grid gap-4 tablet:grid-cols-2">
          {guard === null && <PlaceFields />}
          <SelectField name="profileId" label="Profile" none="Choose one" choices={choicesOf(profiles, guard)} />
          <SelectField name="form" label="Form of the requests" choices={guardForms.map((value) => ({ value, label: formWords[value] }))} />
          <MappingFields form={form.watch('form')} />
          <DecisionFields />
        </div>
      )}
    </Form>
  );
}

function choicesOf(profiles: readonly Profile[], guard: Guard | null): { value: string; label: string }[] {
  return profiles
    .filter(({ state, id }) => state === 'ready' || id === guard?.profileId)
    .map(({ id, modelId, version }) => ({ value: id, label: `${inertLine(modelId, 60)}, version ${version}` }));
}

function PlaceFields() {
  return (
    <>
      <TextField name="name" label="Name" help="Part of its address: /api/guard/<name>/infer" mono />
      <TextField name="upstream" label="Address of the model" help="The whole address that inputs are posted to." mono spellCheck={false} />
      <TextField
        name="token"
        label="Token for it"
        type="password"
        autoComplete="off"
        help="Sent as a bearer token and never shown again. Empty: none."
      />
    </>
  );
}

const featureHelp: Readonly<Record<GuardForm, string>> = {
  'kserve-v2': 'Names of the input tensors, one a line. Empty: the only one.',
  openai: 'JSON pointers inside the user’s message, one a line. Empty: the message is the list.',
  'custom-json': 'One JSON pointer to the list, or one a line for each number.',
};
const answerHelp: Readonly<Record<GuardForm, string>> = {
  'kserve-v2': 'Name of the output. Empty: the most likely class.',
  openai: 'JSON pointer inside the answer. Empty: the whole text.',
  'custom-json': 'JSON pointer. Empty: the most likely class.',
};
function MappingFields({ form }: { form: GuardForm }) {
  const aside = form === 'openai' ? 'JSON pointer, or logprobs. Empty: none.' : 'A number, or one for each class. Empty: none.';
  return (
    <>
      <TextField name="prediction" label="Prediction" help={answerHelp[form]} mono spellCheck={false} />
      <TextField name="confidence" label="Confidence" help={aside} mono spellCheck={false} />
      <TextAreaField name="features" label="Features" rows={2} help={featureHelp[form]} />
      <TextAreaField
        name="classes"
        label="Names of class numbers"
        rows={2}
        help="One a line, from number 0 on. Empty: the model names them."
      />
    </>
  );
}

function DecisionFields() {
  return (
    <>
      <SelectField
        name="mode"
        label="Mode"
        choices={[
          { value: 'shadow', label: 'watch: mark, refuse nothing' },
          { value: 'enforce', label: 'enforce: refuse' },
        ]}
      />
      <SelectField
        name="failMode"
        label="When something cannot be screened"
        choices={[
          { value: 'open', label: 'let it through, as unscreened' },
          { value: 'closed', label: 'refuse it' },
        ]}
      />
      <TextField name="timeoutMs" label="Milliseconds the model may take" type="number" />
      <TextField
        name="clientHeader"
        label="Header that names the client"
        help="Begins with x-. Empty: the key that asks."
        mono
        spellCheck={false}
      />
    </>
  );
}

function useSave({ guard, onClose }: Props) {
  const [, go] = useLocation();
  const create = useChange(createGuard, {
    invalidates: ['adversarial-detection'],
    onDone: ({ id, name }) => {
      toast({ text: `Added ${name}` });
      onClose();
      go(`/adversarial-detection/guards/${id}`);
    },
  });
  const change = useChange(changeGuard, {
    invalidates: ['adversarial-detection'],
    onDone: ({ name }) => {
      toast({ text: `Saved ${name}` });
      onClose();
    },
  });
  const save = async (draft: Draft): Promise<void> => {
    if (guard !== null) await change.run({ id: guard.id, version: guard.version, ...settingsOf(draft) });
    else
      await create.run({
        name: draft.name,
        upstream: draft.upstream,
        token: draft.token === '' ? null : draft.token,
        ...settingsOf(draft),
      });
  };
  return { save, problem: create.problem ?? change.problem };
}
