/** Configurations written for tests: what must be found in them, and where. */

export type HostileConfig = {
  readonly what: string;
  readonly path: string;
  readonly text: string;
  /** Rule that must speak. */
  readonly rule: string;
  /** Text of the line it must point at. */
  readonly at: string;
};
/** Ordinary ones: nothing of medium severity or worse may be said about them. */
export type HarmlessConfig = { readonly what: string; readonly path: string; readonly text: string };
