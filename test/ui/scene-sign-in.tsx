/** The large form controls, as sign-in uses them. */
import { KeyRound } from 'lucide-react';
import { z } from 'zod';
import { Button, TextLink } from '../../src/ui/button.tsx';
import { Form, PasswordField, TextField } from '../../src/ui/form.tsx';
import { TrailMark } from '../../src/ui/shape.tsx';

const Credentials = z.object({ email: z.email('This is not an e-mail address.'), password: z.string().min(1, 'A password is needed.') });

export function SignInScene() {
  return (
    <main className="grid min-h-dvh bg-surface desk:grid-cols-[560px_1fr]">
      <div className="flex flex-col px-6 py-8 tablet:px-25">
        <p className="flex items-center gap-2.5 text-[1rem] font-strong tablet:-ml-15">
          <TrailMark size={24} /> AI-SPM
        </p>
        <div className="my-auto max-w-90">
          <h1 className="text-welcome font-title">Sign in</h1>
          <p className="pb-6 text-ink-2">
            to Halden Mutual. <TextLink to="/sign-in">Not your workspace?</TextLink>
          </p>
          <Form
            size="form"
            schema={Credentials}
            initial={{ email: 'maren.oduya@halden.example', password: '' }}
            onSubmit={() => undefined}
            submit="Sign in"
            busy="Signing in…"
          >
            <TextField name="email" label="Work e-mail" type="email" autoComplete="username" />
            <PasswordField
              name="password"
              label="Password"
              autoComplete="current-password"
              aside={<TextLink to="/sign-in">Forgot your password?</TextLink>}
            />
          </Form>
          <div className="pt-4">
            <Button wide size="form" icon={KeyRound}>
              Use a passkey
            </Button>
          </div>
        </div>
      </div>
      <div className="hidden border-l border-line bg-canvas desk:block" />
    </main>
  );
}
