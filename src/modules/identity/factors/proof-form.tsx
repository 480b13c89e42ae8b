/** Gives a second proof: the code of the app, a passkey or security key, or a recovery code. One at a time, the others below. */
import { KeyRound } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { z } from 'zod';
import { Button } from '../../../ui/button.tsx';
import { Form, PasswordField, TextField } from '../../../ui/form.tsx';
import { ProblemNote } from '../../../ui/loaded.tsx';
import type { Assertion } from '../contract.ts';
import type { PasskeyUse } from '../passkeys/use-passkey.tsx';

export type ProofWay = 'password' | 'totp' | 'webauthn' | 'recovery';
export type Proof =
  | { readonly password: string }
  | { readonly code: string }
  | { readonly recoveryCode: string }
  | { readonly assertion: Assertion };
type ProofFormProps = {
  ways: readonly ProofWay[];
  passkey: PasskeyUse;
  problem: unknown;
  submit: string;
  size: 'normal' | 'form';
  onProof: (proof: Proof) => Promise<unknown>;
};

const otherWords: Readonly<Record<ProofWay, string>> = {
  password: 'Use the password',
  totp: 'Use the code of your app',
  webauthn: 'Use a passkey or security key',
  recovery: 'Use a recovery code',
};

export function ProofForm({ ways, ...rest }: ProofFormProps) {
  const [chosen, setChosen] = useState<ProofWay | null>(null);
  const way = chosen ?? ways[0] ?? 'password';
  const others = ways.filter((one) => one !== way);
  return (
    <>
      {way === 'webauthn' ? <KeyProof {...rest} /> : <TypedProof key={way} way={way} {...rest} />}
      {others.length > 0 && (
        <ul className="mt-4 grid justify-items-start gap-1">
          {others.map((other) => (
            <li key={other}>
              <Button kind="quiet" size="small" onClick={() => setChosen(other)}>
                {otherWords[other]}
              </Button>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

const Code = z.object({
  code: z
    .string()
    .transform((text) => text.replace(/\s/g, ''))
    .pipe(z.string().regex(/^\d{6}$/, 'The app shows 6 digits.')),
});
const Recovery = z.object({ recoveryCode: z.string().trim().min(8, 'A recovery code has 24 letters and digits.').max(64) });
const Password = z.object({ password: z.string().min(1, 'Your password is needed.').max(512) });
type WayProps = Omit<ProofFormProps, 'ways'>;

function TypedProof({ way, problem, submit, size, onProof }: WayProps & { way: Exclude<ProofWay, 'webauthn'> }) {
  const form = { problem, submit, busy: 'Checking…', size, onSubmit: onProof };
  if (way === 'password')
    return (
      <Form schema={Password} initial={{ password: '' }} {...form}>
        <PasswordField name="password" label="Password" autoComplete="current-password" autoFocus />
      </Form>
    );
  if (way === 'recovery')
    return (
      <Form schema={Recovery} initial={{ recoveryCode: '' }} {...form}>
        <TextField
          name="recoveryCode"
          label="Recovery code"
          help="One of the ten you were given. It works this once."
          autoComplete="off"
          spellCheck={false}
          mono
          autoFocus
        />
      </Form>
    );
  return (
    <Form schema={Code} initial={{ code: '' }} {...form}>
      <TextField
        name="code"
        label="Code"
        help="6 digits from your authenticator app. Each works once."
        autoComplete="one-time-code"
        inputMode="numeric"
        spellCheck={false}
        mono
        autoFocus
      />
    </Form>
  );
}

function KeyProof({ passkey, problem, submit, size, onProof }: WayProps) {
  const [isSending, setSending] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  // The ways are known after the dialog was drawn: until then its closing button has the focus, which a key would press.
  useEffect(() => button.current?.focus(), []);
  const use = async () => {
    const assertion = await passkey.ask();
    if (assertion === null) return;
    setSending(true);
    await onProof({ assertion });
    setSending(false);
  };
  const wrong = passkey.problem ?? problem;
  return (
    <div className="grid gap-4">
      {wrong !== null && <ProblemNote error={wrong} />}
      <p className="text-ink-2">The browser asks for your passkey or security key.</p>
      <Button
        ref={button}
        kind="primary"
        size={size}
        icon={KeyRound}
        wide={size === 'form'}
        busy={(passkey.isAsking || isSending) && 'Waiting for the key…'}
        onClick={() => void use()}
      >
        {submit}
      </Button>
    </div>
  );
}
