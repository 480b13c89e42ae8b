/** Enrols an authenticator app: a picture to scan, then the first code it shows. */
import type { z } from 'zod';
import { useChange } from '../../../client/use-change.ts';
import { CopyButton } from '../../../ui/copy-button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { Form, TextField } from '../../../ui/form.tsx';
import { plural } from '../../../ui/format.ts';
import { toast } from '../../../ui/toast-store.ts';
import { confirmTotp, type startTotp } from '../contract.ts';

export type Started = z.output<typeof startTotp.output>;
type TotpDialogProps = { started: Started | null; onClose: () => void; onCodes: (codes: readonly string[]) => void };

export function TotpDialog({ started, onClose, onCodes }: TotpDialogProps) {
  const confirm = useChange(confirmTotp, {
    invalidates: ['identity', 'session'],
    onDone: ({ recoveryCodes, ended }) => {
      toast({ text: `Set up the authenticator app${ended > 0 ? `, ended ${plural(ended, 'other session')}` : ''}` });
      onClose();
      if (recoveryCodes !== null) onCodes(recoveryCodes);
    },
  });
  return (
    <Dialog
      open={started !== null}
      onClose={onClose}
      title="Set up an authenticator app"
      description="Scan the picture with the app, then type the code it shows."
    >
      {started !== null && (
        <div className="grid gap-5 tablet:grid-cols-[auto_1fr]">
          <Picture {...started.picture} />
          <div className="grid content-start gap-4">
            <div>
              <p className="font-name">Or type this key into the app</p>
              <p className="flex items-center gap-1">
                <span className="mono text-code break-all">{started.secret.replace(/.{4}(?=.)/g, '$& ')}</span>
                <CopyButton text={started.secret} label="Copy the key" />
              </p>
              <p className="text-label text-ink-3">Time-based, SHA-1, 6 digits, 30 seconds.</p>
            </div>
            <Form
              schema={confirmTotp.input}
              initial={{ code: '' }}
              problem={confirm.problem}
              submit="Finish"
              busy="Checking…"
              onCancel={onClose}
              onSubmit={({ code }) => confirm.run({ code })}
            >
              <TextField name="code" label="Code of the app" inputMode="numeric" autoComplete="one-time-code" spellCheck={false} mono />
            </Form>
          </div>
        </div>
      )}
    </Dialog>
  );
}

/** Dark on light in both themes: cameras look for that. */
function Picture({ size, path }: Started['picture']) {
  return (
    <svg
      viewBox={`0 0 ${size} ${size}`}
      role="img"
      aria-label="QR code of the key"
      shapeRendering="crispEdges"
      className="size-52 rounded-control border border-line"
    >
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}
