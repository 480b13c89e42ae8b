/** All states, by the name a plan calls them. */
import { type ComomentsSpec, comomentsState } from '../states/comoments.ts';
import { countState } from '../states/count.ts';
import { distinctState } from '../states/distinct.ts';
import { extremesState } from '../states/extremes.ts';
import { fingerprintState } from '../states/fingerprint.ts';
import { type FrequencySpec, frequencyState } from '../states/frequency.ts';
import { type HistogramSpec, histogramState } from '../states/histogram.ts';
import { type MomentsSpec, momentsState } from '../states/moments.ts';
import { type QuantilesSpec, quantilesState } from '../states/quantiles.ts';
import type { StateKind } from '../states/state.ts';
import { type TopKSpec, topKState } from '../states/top-k.ts';

export type StateSpec =
  | { readonly kind: 'count' }
  | { readonly kind: 'extremes' }
  | { readonly kind: 'distinct' }
  | { readonly kind: 'fingerprint' }
  | ({ readonly kind: 'moments' } & MomentsSpec)
  | ({ readonly kind: 'comoments' } & ComomentsSpec)
  | ({ readonly kind: 'frequency' } & FrequencySpec)
  | ({ readonly kind: 'topK' } & TopKSpec)
  | ({ readonly kind: 'quantiles' } & QuantilesSpec)
  | ({ readonly kind: 'histogram' } & HistogramSpec);

type States = { readonly [K in StateSpec['kind']]: StateKind<Extract<StateSpec, { kind: K }>, unknown> };

const states: States = {
  count: countState,
  extremes: extremesState,
  distinct: distinctState,
  fingerprint: fingerprintState,
  moments: momentsState,
  comoments: comomentsState,
  frequency: frequencyState,
  topK: topKState,
  quantiles: quantilesState,
  histogram: histogramState,
};

/** A state handles only what it made itself: a plan never mixes the data of two kinds. */
export function stateOf(spec: StateSpec): StateKind<StateSpec, unknown> {
  return states[spec.kind];
}
