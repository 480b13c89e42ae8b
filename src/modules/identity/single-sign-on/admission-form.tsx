/** Who comes in by a provider: whose addresses count, which accounts are found or made, and what counts as a second factor. */
import { z } from 'zod';
import { useChange } from '../../../client/use-change.ts';
import { CheckboxField, Form, SelectField, TextAreaField } from '../../../ui/form.tsx';
import { toast } from '../../../ui/toast-store.ts';
import { changeSignInProvider, ProviderPolicy, type SignInProvider } from '../contract.ts';
import { SaveLine } from './save-line.tsx';

const lines = z.string().transform((text) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== ''),
);
const Typed = ProviderPolicy.pick({ emailCounts: true, linkByEmail: true, createPeople: true }).extend({
  secondFactorValues: lines.pipe(ProviderPolicy.shape.secondFactorValues.unwrap()),
});

export function AdmissionForm({ provider, mayChange }: { provider: SignInProvider; mayChange: boolean }) {
  const change = useChange(changeSignInProvider, { onDone: () => toast({ text: 'Saved who comes in' }) });
  const { id, version, policy } = provider;
  const { emailCounts, linkByEmail, createPeople, secondFactorValues } = policy;
  return (
    <fieldset disabled={!mayChange} className="max-w-140">
      <Form
        schema={Typed}
        initial={{ emailCounts, linkByEmail, createPeople, secondFactorValues: secondFactorValues.join('\n') }}
        onSubmit={(typed) => change.run({ id, version, policy: { ...policy, ...typed } })}
        problem={change.problem}
      >
        <SelectField
          name="emailCounts"
          label="E-mail addresses count"
          choices={[
            { value: 'when-verified', label: 'When the provider says it verified them' },
            { value: 'always', label: 'Always: our organisation gives out every address there' },
          ]}
          help="Where anybody may write any address into their profile, “always” lets them be anybody. SAML has no word for verified: choose “always” only for your own provider."
        />
        <CheckboxField
          name="createPeople"
          label="Make an account for somebody who comes for the first time"
          help="Off: only people who connected the provider on their account page, or are found by their address, come in."
        />
        <CheckboxField
          name="linkByEmail"
          label="Find existing accounts by verified address"
          help="Whoever runs the provider can then enter every account here, yours included. Off: people connect the provider themselves, once, on their account page."
        />
        <TextAreaField
          name="secondFactorValues"
          label="Counts as a second factor"
          rows={2}
          help="Values of amr or acr (SAML: the authentication context), one a line, such as mfa. Empty: a second factor is asked for here, where the role demands one."
        />
        {mayChange && <SaveLine words="Save who comes in" />}
      </Form>
    </fieldset>
  );
}
