/** An artefact that only holds practices: what is known of files from beside them, offered to the detectors. */
import { type Artefact, emptyArtefact, type PracticeFact } from './artefact.ts';

export function artefactWithPractices(practices: readonly PracticeFact[], where: Artefact['where']): Artefact {
  return { ...emptyArtefact('provenance', where, 0), practices };
}
