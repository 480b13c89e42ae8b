/** What is refused about query streams. */
import { problems } from '../../../contract/problem.ts';

export const streamProblems = problems('adversarial-detection', {
  streamShape: [422, 'A query has {got} features where the stream has {expected}.'],
});
