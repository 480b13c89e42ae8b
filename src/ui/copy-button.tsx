/** Copies the whole value, however it is shown. */
import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { IconButton } from './button.tsx';

/** True when the text reached the clipboard; on plain HTTP the clipboard API is absent and the old way is used. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

function copyBySelection(text: string): boolean {
  const field = document.createElement('textarea');
  field.value = text;
  field.setAttribute('readonly', '');
  field.style.position = 'fixed';
  field.style.opacity = '0';
  document.body.append(field);
  field.select();
  const copied = document.execCommand('copy');
  field.remove();
  return copied;
}

export function CopyButton({ text, label = 'Copy' }: { text: string; label?: string }) {
  const [state, setState] = useState<'idle' | 'copied' | 'failed'>('idle');
  useEffect(() => {
    if (state === 'idle') return;
    const timer = setTimeout(() => setState('idle'), 2000);
    return () => clearTimeout(timer);
  }, [state]);
  const words = { idle: label, copied: 'Copied', failed: 'The browser refused to copy' }[state];
  return (
    <>
      <IconButton
        icon={state === 'copied' ? Check : Copy}
        label={words}
        size={14}
        onClick={() => void copyText(text).then((copied) => setState(copied ? 'copied' : 'failed'))}
      />
      <span role="status" className="sr-only">
        {state === 'idle' ? '' : words}
      </span>
    </>
  );
}
