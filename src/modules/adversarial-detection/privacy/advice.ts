/** What helps against a model that tells too much; part of every finding of this kind. */

/** The epsilon that was spent belongs to the privacy budget of the model. */
export const answerAdvice =
  'Return labels only or round confidences to one digit, limit the rate of each client, and train or answer with differential privacy.';
