/** Places of the frame that a screen fills: set by the shell, absent in tests and galleries. */
import { createContext } from 'react';

export type ScreenSlots = {
  /** Where the path stands in the top bar. */
  readonly path: HTMLElement | null;
};
/** The page above the one that is shown: where to go when what should stand here is gone. */
export const PageAboveContext = createContext<{ readonly label: string; readonly to: string } | null>(null);
/** Inside a section the gutters are the section's: notes and bars begin where its heading does. */
export const InSectionContext = createContext(false);
export const ScreenSlotsContext = createContext<ScreenSlots>({ path: null });
