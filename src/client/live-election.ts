/** Which tab of this browser holds the one event stream. Pure: what was heard and what the clock says give what to do. */

/** Said by tabs to each other. `leader` is also the heartbeat. */
export type ElectionWord = { readonly kind: 'leader' | 'claim' | 'resign'; readonly from: string };
export type ElectionState = {
  readonly self: string;
  readonly leading: boolean;
  /** When a leader was last heard of; 0 is never. */
  readonly heardAt: number;
  /** When a claim of ours takes effect; null when none is running. */
  readonly claimAt: number | null;
};
export type ElectionStep = { readonly state: ElectionState; readonly say: ElectionWord['kind'] | null };

export const beatMs = 1000;
/** A hidden leader may beat late, because browsers slow its clock: a visible tab then takes over, which is wanted. */
export const silenceMs = 3500;
/** Time for others to object to a claim. */
export const claimMs = 300;

export const firstState = (self: string): ElectionState => ({ self, leading: false, heardAt: 0, claimAt: null });

/** Each beat: a leader says so; a visible tab that hears nobody claims, and leads when nobody objected. */
export function onBeat(state: ElectionState, now: number, visible: boolean): ElectionStep {
  if (state.leading) return { state, say: 'leader' };
  if (now - state.heardAt < silenceMs) return { state: { ...state, claimAt: null }, say: null };
  if (state.claimAt !== null && now >= state.claimAt) return { state: { ...state, leading: true, claimAt: null }, say: 'leader' };
  if (state.claimAt !== null || !visible) return { state, say: null };
  return { state: { ...state, claimAt: now + claimMs }, say: 'claim' };
}

/** Hearing another tab. Two leaders or two claims at once: the smaller name wins. */
export function onHear(state: ElectionState, word: ElectionWord, now: number, visible: boolean): ElectionStep {
  if (word.from === state.self) return { state, say: null };
  if (word.kind === 'resign') return { state: { ...state, heardAt: 0 }, say: null };
  if (word.kind === 'claim') return onClaim(state, word, visible);
  if (state.leading && state.self < word.from) return { state, say: 'leader' };
  return { state: { ...state, leading: false, heardAt: now, claimAt: null }, say: null };
}

/** A visible leader keeps its place; a hidden one lets go, so that the stream lives where it is looked at. */
function onClaim(state: ElectionState, word: ElectionWord, visible: boolean): ElectionStep {
  if (state.leading && visible) return { state, say: 'leader' };
  if (state.leading) return { state: { ...state, leading: false }, say: null };
  if (state.claimAt !== null && state.self < word.from) return { state, say: 'claim' };
  return { state: { ...state, claimAt: null }, say: null };
}
