/** The stack of toasts at the foot of the main panel; pauses under pointer and focus. Rendered once, by the shell. */
import { X } from 'lucide-react';
import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { Button, IconButton } from './button.tsx';
import { useKeys } from './keys.ts';
import { currentToasts, dismissToast, subscribeToasts, type ToastEntry, undoLatest } from './toast-store.ts';

export function Toasts() {
  const entries = useSyncExternalStore(subscribeToasts, currentToasts);
  const [paused, setPaused] = useState(false);
  const canUndo = entries.some((entry) => entry.undo !== undefined);
  useKeys('Everywhere', canUndo ? [{ keys: 'z', label: 'Undo', run: undoLatest }] : []);
  return (
    <section
      aria-label="Messages"
      className="pointer-events-none absolute inset-x-0 bottom-4 z-30 flex flex-col items-center gap-2 px-4"
      onMouseEnter={() => setPaused(true)}
      onMouseLeave={() => setPaused(false)}
      onFocus={() => setPaused(true)}
      onBlur={() => setPaused(false)}
    >
      <div role="status" className="contents">
        {entries.map((entry) => (
          <Toast key={entry.id} entry={entry} paused={paused} />
        ))}
      </div>
    </section>
  );
}

function Toast({ entry, paused }: { entry: ToastEntry; paused: boolean }) {
  const { id, text, undo, action, ms } = entry;
  const secondsLeft = useCountdown(ms, paused, () => dismissToast(id));
  const undoNow = () => {
    dismissToast(id);
    undo?.();
  };
  return (
    <div className="pointer-events-auto flex max-w-full animate-float items-center gap-3 rounded-form bg-raised py-1.5 pr-1.5 pl-4 shadow-float">
      <span className="min-w-0">{text}</span>
      {undo && (
        <Button size="small" keys="z" onClick={undoNow} aria-label={`Undo: ${text}`}>
          Undo
        </Button>
      )}
      {action && (
        <Button size="small" onClick={action.run}>
          {action.label}
        </Button>
      )}
      {undo && (
        <span aria-hidden="true" className="w-7 text-right text-count text-ink-3 tabular-nums">
          {secondsLeft} s
        </span>
      )}
      <IconButton icon={X} label="Dismiss" size={14} onClick={() => dismissToast(id)} />
    </div>
  );
}

function useCountdown(ms: number, paused: boolean, onEnd: () => void): number {
  const [left, setLeft] = useState(ms);
  const end = useRef(onEnd);
  useEffect(() => {
    end.current = onEnd;
  });
  useEffect(() => {
    if (paused) return;
    const timer = setInterval(() => setLeft((value) => value - 1000), 1000);
    return () => clearInterval(timer);
  }, [paused]);
  useEffect(() => {
    if (left <= 0) end.current();
  }, [left]);
  return Math.max(0, Math.ceil(left / 1000));
}
