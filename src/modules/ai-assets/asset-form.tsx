/** The fields a person may write, for registering and editing. Computed ones are not here: they cannot be written. */
import { z } from 'zod';
import { Form, SelectField, TextAreaField, TextField } from '../../ui/form.tsx';
import { typeWords } from './asset-words.tsx';
import { type AssetDetail, type AssetDraft, assetTypes, criticalities, dataClasses, environments } from './contract.ts';

const lifecycleChoices = ['proposed', 'approved', 'active', 'deprecated', 'quarantined'] as const;
export const AssetForm = z.object({
  name: z.string().trim().min(1, 'Give it a name.').max(200),
  type: z.enum(assetTypes),
  description: z.string().max(4000),
  environment: z.enum(['', ...environments]),
  owner: z.string().trim().max(120),
  department: z.string().trim().max(120),
  criticality: z.enum(['', ...criticalities]),
  lifecycle: z.enum(lifecycleChoices),
  dataClasses: z
    .string()
    .refine(
      (text) => words(text).every((word) => dataClasses.some((known) => known === word)),
      `Any of ${dataClasses.join(', ')}, separated by commas.`,
    ),
  cloudProvider: z.string().trim().max(120),
  region: z.string().trim().max(120),
  tags: z
    .string()
    .max(3000)
    .refine((text) => words(text).length <= 50 && words(text).every((word) => word.length <= 60), 'At most 50 tags of 60 characters.'),
});
type AssetForm = z.output<typeof AssetForm>;

function words(text: string): string[] {
  return text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
}

export const emptyForm: z.input<typeof AssetForm> = {
  name: '',
  type: 'model',
  description: '',
  environment: '',
  owner: '',
  department: '',
  criticality: '',
  lifecycle: 'active',
  dataClasses: '',
  cloudProvider: '',
  region: '',
  tags: '',
}; // prettier-ignore

export function formOf(asset: AssetDetail): z.input<typeof AssetForm> {
  return {
    name: asset.name,
    type: asset.type,
    description: asset.description,
    environment: asset.environment ?? '',
    owner: asset.owner ?? '',
    department: asset.department ?? '',
    criticality: asset.criticality ?? '',
    lifecycle: asset.lifecycle === 'retired' ? 'active' : asset.lifecycle,
    dataClasses: asset.dataClasses.join(', '),
    cloudProvider: asset.cloudProvider ?? '',
    region: asset.region ?? '',
    tags: asset.tags.join(', '),
  };
}

export function draftOf(form: AssetForm): AssetDraft {
  const orNull = (text: string) => (text === '' ? null : text);
  return {
    name: form.name,
    type: form.type,
    description: form.description,
    environment: form.environment === '' ? null : form.environment,
    owner: orNull(form.owner),
    department: orNull(form.department),
    criticality: form.criticality === '' ? null : form.criticality,
    lifecycle: form.lifecycle,
    dataClasses: dataClasses.filter((known) => words(form.dataClasses).includes(known)),
    cloudProvider: orNull(form.cloudProvider),
    region: orNull(form.region),
    tags: [...new Set(words(form.tags))],
  };
}

type AssetFieldsFormProps = {
  initial: z.input<typeof AssetForm>;
  submit: string;
  problem: unknown;
  onSubmit: (draft: AssetDraft) => Promise<unknown>;
  onCancel: () => void;
};
const choicesOf = (values: readonly string[]) => values.map((value) => ({ value, label: value.replaceAll('_', ' ') }));

export function AssetFieldsForm({ initial, submit, problem, onSubmit, onCancel }: AssetFieldsFormProps) {
  return (
    <div className="max-w-150 px-4 py-5 tablet:px-6">
      <Form
        schema={AssetForm}
        initial={initial}
        onSubmit={(values) => onSubmit(draftOf(values))}
        problem={problem}
        submit={submit}
        onCancel={onCancel}
      >
        <TextField name="name" label="Name" help="As your team calls it." />
        <SelectField name="type" label="Type" choices={assetTypes.map((value) => ({ value, label: typeWords[value].word }))} />
        <TextField name="owner" label="Owner" help="Person or team that answers for it. Vulnerabilities without an assignee go to them." />
        <SelectField name="environment" label="Environment" none="unknown" choices={choicesOf(environments)} />
        <SelectField name="criticality" label="Business impact if it fails" none="unknown" choices={choicesOf(criticalities)} />
        <TextField name="dataClasses" label="Data it touches" help={`Any of ${dataClasses.join(', ')}, separated by commas.`} />
        <SelectField name="lifecycle" label="Lifecycle" choices={choicesOf(lifecycleChoices)} />
        <TextField name="department" label="Department" />
        <TextField name="cloudProvider" label="Cloud provider" />
        <TextField name="region" label="Region" />
        <TextField name="tags" label="Tags" help="Separated by commas." />
        <TextAreaField name="description" label="Description" />
      </Form>
    </div>
  );
}
