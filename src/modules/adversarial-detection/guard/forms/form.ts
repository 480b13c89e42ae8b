/** What a form of model protocol can do: find the numbers of a request, and the model's word in an answer. */
import type { GuardForm, GuardMapping } from '../guard-contract.ts';

export type ReadPrediction = { readonly prediction: string | number; readonly confidence: number | null };
export type Form = {
  readonly id: GuardForm;
  /** What is wrong with a mapping, as the end of a sentence; null: nothing. */
  check(mapping: GuardMapping): string | null;
  /**
   * Every input of the request, each a row of features.
   * A request that says the same thing twice, or asks for an answer that could not be screened, is refused: what is screened here must be
   * what the model sees.
   * @param body parsed JSON of a stranger, at most 40 levels deep.
   * @throws adversarial-detection.guardInput
   */
  readInput(body: unknown, mapping: GuardMapping): readonly (readonly number[])[];
  /**
   * Label and confidence for each input, in the same order.
   * @throws adversarial-detection.guardAnswer
   */
  readAnswer(body: unknown, mapping: GuardMapping, rows: number): readonly ReadPrediction[];
};

/** Inputs of one request; each is screened before anything else on this processor. */
export const mostRows = 64;
