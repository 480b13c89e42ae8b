/**
 * Which detectors need not be asked about an artefact. A detector is pure: one that looked at nothing but lists, found all of them empty
 * and said nothing, says nothing about any artefact in which these lists are empty. Most artefacts have facts of one kind or two.
 */
import { type Artefact, emptyArtefact } from './artefact.ts';
import type { Detector } from './detector.ts';
import { rootPlace } from './place.ts';

const lists = [
  'globals',
  'operators',
  'externalPaths',
  'templates',
  'code',
  'sourceCalls',
  'activations',
  'packages',
  'secrets',
  'licences',
  'practices',
  'provenance',
  'anomalies',
  'unread',
  'members',
] as const satisfies readonly (keyof Artefact)[];

/** Of every artefact: detectors that look at its format or metadata are always asked. */
const anyArtefact = 1 << lists.length;

/** Bits of the lists in which there is something. */
export function presentIn(artefact: Artefact): number {
  let bits = anyArtefact;
  for (let i = 0; i < lists.length; i++) if (artefact[lists[i] as (typeof lists)[number]].length > 0) bits |= 1 << i;
  return bits;
}

/**
 * @returns bits of what the detector looks at in an artefact without any fact. It need only be asked about artefacts that have one of
 * these (`presentIn`).
 */
export function interestOf({ detect }: Pick<Detector, 'detect'>): number {
  let bits = 0;
  const watched = new Proxy(emptyArtefact('', rootPlace(''), 0), {
    get: (artefact, property) => {
      const list = (lists as readonly (string | symbol)[]).indexOf(property);
      bits |= list < 0 ? anyArtefact : 1 << list;
      return Reflect.get(artefact, property);
    },
    // Whoever copies it or counts its fields may look at anything.
    ownKeys: (artefact) => {
      bits |= anyArtefact;
      return Reflect.ownKeys(artefact);
    },
    has: (artefact, property) => {
      bits |= anyArtefact;
      return Reflect.has(artefact, property);
    },
  });
  try {
    return detect(watched).length > 0 ? bits | anyArtefact : bits;
  } catch {
    // Its failure belongs into the report of a file.
    return anyArtefact;
  }
}
