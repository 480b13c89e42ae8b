/** Only for what cannot be undone or stops a service. Undoable things are simply done, with undo. */
import { type ReactNode, useState } from 'react';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';

type ConfirmProps = {
  open: boolean;
  onClose: () => void;
  /** `Delete claims-triage?` */
  title: string;
  /** The effect in numbers: `Stops 2 agents, 4,120 calls an hour.` */
  effect: ReactNode;
  /** Repeats the verb: `Delete the asset`. */
  verb: string;
  busy?: string | false | undefined;
  onConfirm: () => void;
  /** Must be typed first when the effect is large. */
  name?: string | undefined;
};

export function Confirm({ open, onClose, ...rest }: ConfirmProps) {
  return open ? <OpenConfirm onClose={onClose} {...rest} /> : null;
}

function OpenConfirm({ onClose, title, effect, verb, busy, onConfirm, name }: Omit<ConfirmProps, 'open'>) {
  const [typed, setTyped] = useState('');
  const ready = name === undefined || typed.trim() === name;
  return (
    <Dialog
      open
      onClose={onClose}
      title={title}
      description={effect}
      width="narrow"
      actions={
        <>
          <Button autoFocus={name === undefined} onClick={onClose}>
            Cancel
          </Button>
          <Button kind="destructive-filled" busy={busy} disabled={!ready} onClick={onConfirm}>
            {verb}
          </Button>
        </>
      }
    >
      {name === undefined ? undefined : (
        <label className="block">
          <span className="block pb-1.5 text-ink-2">
            Type <b className="mono font-strong text-ink">{name}</b> to go on
          </span>
          <input
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
            autoComplete="off"
            spellCheck={false}
            className="mono h-9 w-full rounded-form border border-line-strong bg-surface px-3 text-code"
          />
        </label>
      )}
    </Dialog>
  );
}
