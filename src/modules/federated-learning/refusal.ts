/** What is refused, by both doors and in the worker. Imports the ground alone: workers load it. */
import { problems } from '../../contract/problem.ts';

export const federatedProblems = problems('federated-learning', {
  notFound: [404, 'No round has the id {id}.'],
  exists: [409, 'Round {round} of the model {modelId} exists already.'],
  closed: [409, 'The round is {state}: nothing more is taken in.'],
  updateExists: [409, 'The client {clientId} already sent an update to this round.'],
  noAggregate: [409, 'The round has no aggregate: {reason}.'],
  clientMissing: [422, 'Name the client: clientId, 1 to 200 characters.'],
  samplesInvalid: [422, 'The sample count must be a whole number from 1 to 9007199254740991.'],
  empty: [422, 'The update holds no bytes.'],
  unreadable: [422, 'This is neither a safetensors file nor an npz archive of numbers: {reason}.'],
  tooLarge: [413, 'Too large: {what}.'],
  fewUpdates: [422, '{rule} needs n ≥ {needed} usable updates for {malicious} malicious ones; {usable} remain.'],
  trimTooWide: [422, 'Trimming {drop} at each end of {usable} updates leaves none: 2k must be below n.'],
  keepTooMany: [422, 'multi-krum can keep 1 to {most} of {usable} updates, not {keep}.'],
  rootMissing: [422, "fltrust needs the server's own update of this round: put it to root-update first."],
  rootZero: [422, 'The root update is all zeros: it points nowhere.'],
  noUpdates: [422, 'No usable update arrived: {reason}.'],
  busy: [503, 'Other rounds are being judged. Try again in {seconds} s.'],
});
