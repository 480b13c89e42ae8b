/** All keys of this page, as they are registered now. */

import { Checkbox } from '../../ui/checkbox.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Keys } from '../../ui/kbd.tsx';
import { registeredKeys } from '../../ui/keys.ts';
import { usePreference } from '../../ui/preference.ts';

export function KeysHelp({ onClose }: { onClose: () => void }) {
  const [stored, store] = usePreference('keys');
  return (
    <Dialog
      open
      onClose={onClose}
      title="Keys of this page"
      description="Single keys rest while you type, and act only on a row that shows the bar."
      width="wide"
    >
      <div className="grid gap-x-8 gap-y-4 tablet:grid-cols-2">
        {registeredKeys().map(({ group, bindings }) => (
          <section key={group}>
            <h3 className="pb-1 text-label font-strong text-ink-2">{group}</h3>
            <dl>
              {bindings.map(({ keys, label }) => (
                <div key={keys} className="flex items-center justify-between gap-3 border-b border-line py-1 last:border-b-0">
                  <dt>{label}</dt>
                  <dd>
                    <Keys keys={keys} />
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      {/* biome-ignore lint/a11y/noLabelWithoutControl: the Checkbox inside is the control */}
      <label className="mt-4 flex items-center gap-2 border-t border-line pt-3">
        <Checkbox checked={stored !== 'off'} onChange={(on) => store(on ? null : 'off')} />
        Single keys act on this device
      </label>
    </Dialog>
  );
}
