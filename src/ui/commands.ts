/** What can be done here, in words: the palette lists it, menus reuse it, so nothing exists in one place only. */
import { useEffect, useRef } from 'react';

export type Command = {
  readonly id: string;
  /** States the effect: `Assign 3 to …`. */
  readonly label: string;
  /** Heading in the palette: `Go to`, `This page`, `Record`. */
  readonly group: string;
  /** Key that does the same. */
  readonly keys?: string | undefined;
  /** More words to be found by. */
  readonly words?: readonly string[] | undefined;
  readonly run: () => void;
};

const registered = new Set<{ current: readonly Command[] }>();

/** Offers commands while the component is mounted. */
export function useCommands(commands: readonly Command[]): void {
  const latest = useRef(commands);
  useEffect(() => {
    latest.current = commands;
  });
  useEffect(() => {
    registered.add(latest);
    return () => {
      registered.delete(latest);
    };
  }, []);
}

/** Everything on offer now; the same id is listed once, the newest wins. */
export function registeredCommands(): Command[] {
  const byId = new Map<string, Command>();
  for (const { current } of registered) for (const command of current) byId.set(command.id, command);
  return [...byId.values()];
}
