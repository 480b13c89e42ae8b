/** Places of the frame that a screen fills: set by the shell, absent in tests and galleries. */
import { createContext } from 'react';

export type ScreenSlots = {
  /** Where the path stands in the top bar. */
  readonly path: HTMLElement | null;
};
export const ScreenSlotsContext = createContext<ScreenSlots>({ path: null });
