/** The browser's own checkbox in our colours. */
import { type ChangeEvent, useEffect, useRef } from 'react';

type CheckboxProps = {
  checked: boolean;
  /** Some but not all of what it stands for. */
  partly?: boolean;
  onChange: (checked: boolean, event: ChangeEvent<HTMLInputElement>) => void;
  /** Read out; leave out when a label element stands around it. */
  label?: string;
  disabled?: boolean;
  tabIndex?: number;
};

export function Checkbox({ checked, partly = false, onChange, label, disabled, tabIndex }: CheckboxProps) {
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (box.current) box.current.indeterminate = partly && !checked;
  }, [partly, checked]);
  return (
    <input
      ref={box}
      type="checkbox"
      checked={checked}
      disabled={disabled}
      aria-label={label}
      tabIndex={tabIndex}
      onChange={(event) => onChange(event.target.checked, event)}
      className="block size-4 flex-none rounded-tag border-line-strong accent-accent"
    />
  );
}
