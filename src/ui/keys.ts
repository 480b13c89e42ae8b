/** One listener for all keys of the page. Components register bindings while they are mounted; the newest wins; `?` lists them. */
import { useEffect, useLayoutEffect, useRef } from 'react';
import { nextStroke, strokeOf } from './key-stroke.ts';
import { preference } from './preference.ts';

export type KeyBinding = {
  /** `j`, `Shift+x`, `mod+k`, `g f`. */
  readonly keys: string;
  /** What it does, for the list of keys. */
  readonly label: string;
  readonly run: () => void;
};
export type KeyGroup = { readonly group: string; readonly bindings: readonly KeyBinding[] };

const registered: { current: KeyGroup }[] = [];
const sequenceMs = 1200;
let pending = '';
let pendingSince = 0;

const isTyping = (target: Element): boolean =>
  target.closest('textarea, select, [contenteditable="true"], input:not([type=checkbox]):not([type=radio]):not([type=range])') !== null;
const isFloating = (target: Element): boolean => target.closest('[role=dialog], [role=alertdialog], [role=menu], [role=listbox]') !== null;
/** Enter on a control is the control's own. */
const ownsEnter = (target: Element): boolean => target.closest('a[href], button, summary, [role=tab], [role=treeitem]') !== null;

function rests(event: KeyboardEvent, stroke: string): boolean {
  if (stroke.startsWith('mod+')) return false;
  if (preference('keys') === 'off') return true;
  if (!(event.target instanceof Element)) return false;
  if (isTyping(event.target) || isFloating(event.target)) return true;
  return (stroke === 'Enter' || stroke === ' ') && ownsEnter(event.target);
}

function onKeyDown(event: KeyboardEvent): void {
  const stroke = strokeOf(event);
  if (stroke === null || event.defaultPrevented || event.isComposing || rests(event, stroke)) return;
  const now = event.timeStamp;
  const known = registered.flatMap(({ current }) => current.bindings.map(({ keys }) => keys));
  const answer = nextStroke(now - pendingSince > sequenceMs ? '' : pending, stroke, known);
  pending = answer.pending;
  pendingSince = now;
  if (answer.hit === null) return;
  for (const { current } of registered.toReversed()) {
    const binding = current.bindings.find(({ keys }) => keys === answer.hit);
    if (!binding) continue;
    event.preventDefault();
    binding.run();
    return;
  }
}

/** Registers keys while the component is mounted. Bindings may change on each render. */
export function useKeys(group: string, bindings: readonly KeyBinding[]): void {
  const latest = useRef<KeyGroup>({ group, bindings });
  // Before the next key can come: a passive effect could leave it with the bindings of the row before.
  useLayoutEffect(() => {
    latest.current = { group, bindings };
  });
  useEffect(() => {
    if (registered.length === 0) document.addEventListener('keydown', onKeyDown);
    registered.push(latest);
    return () => {
      registered.splice(registered.indexOf(latest), 1);
      if (registered.length === 0) document.removeEventListener('keydown', onKeyDown);
    };
  }, []);
}

/** All keys of this page, newest group first, for the list of keys. */
export function registeredKeys(): KeyGroup[] {
  const groups = new Map<string, KeyBinding[]>();
  for (const { current } of registered) groups.set(current.group, [...(groups.get(current.group) ?? []), ...current.bindings]);
  return [...groups].map(([group, bindings]) => ({
    group,
    bindings: [...new Map(bindings.map((binding) => [binding.keys, binding])).values()],
  }));
}
