/** Recovery codes, shown once: to be printed, saved or written down. */
import { Download } from 'lucide-react';
import { Button } from '../../../ui/button.tsx';
import { CopyButton } from '../../../ui/copy-button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';

/** Null: closed. */
export function RecoveryCodesDialog({ codes, onClose }: { codes: readonly string[] | null; onClose: () => void }) {
  const text = (codes ?? []).join('\n');
  return (
    <Dialog
      open={codes !== null}
      onClose={onClose}
      title="Your recovery codes"
      description="Each opens your account once, when phone or key are lost. They are shown only now: keep them where the phone is not."
      actions={
        <>
          <Button icon={Download} onClick={() => saveText(text)}>
            Save as text
          </Button>
          <Button kind="primary" onClick={onClose}>
            I have kept them
          </Button>
        </>
      }
    >
      <div className="flex items-start gap-2 rounded-control bg-sunken p-3">
        <ol className="mono grid min-w-0 flex-1 gap-x-6 gap-y-1 text-code tablet:grid-cols-2">
          {(codes ?? []).map((code) => (
            <li key={code} className="break-all">
              {code}
            </li>
          ))}
        </ol>
        <CopyButton text={text} label="Copy all codes" />
      </div>
    </Dialog>
  );
}

function saveText(text: string): void {
  const address = URL.createObjectURL(new Blob([`${text}\n`], { type: 'text/plain' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = 'ai-spm-recovery-codes.txt';
  link.click();
  URL.revokeObjectURL(address);
}
