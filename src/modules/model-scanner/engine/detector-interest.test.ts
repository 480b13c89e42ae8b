import assert from 'node:assert/strict';
import { test } from 'node:test';
import { detectors } from '../detectors.generated.ts';
import type { Artefact } from './artefact.ts';
import type { Detector } from './detector.ts';
import { interestOf, presentIn } from './detector-interest.ts';
import { artefactWith, exampleGlobal } from './examples.ts';

const asked = (detector: Pick<Detector, 'detect'>, artefact: Artefact) => (interestOf(detector) & presentIn(artefact)) !== 0;

test('a detector of one list is asked about artefacts with something in that list, and about no others', () => {
  const ofGlobals: Pick<Detector, 'detect'> = { detect: ({ globals }) => globals.map(() => assert.fail()) };
  assert.equal(asked(ofGlobals, artefactWith({ globals: [exampleGlobal({})] })), true);
  assert.equal(asked(ofGlobals, artefactWith({ format: 'pickle', metadata: new Map([['protocol', 2]]) })), false);
});

test('a detector that looks at format, metadata or the whole artefact, or that fails, is always asked', () => {
  const looks: readonly Detector['detect'][] = [
    ({ format, globals }) => (format === 'gguf' ? globals.map(() => assert.fail()) : []),
    ({ metadata }) => (metadata.has('protocol') ? assert.fail() : []),
    (artefact) => (Object.keys({ ...artefact }).length === 0 ? assert.fail() : []),
    (artefact) => ('globals' in artefact ? [] : assert.fail()),
    () => {
      throw new TypeError('broken');
    },
  ];
  for (const detect of looks) assert.equal(asked({ detect }, artefactWith({})), true, String(detect));
});

test('every detector is asked about each of its own examples', () => {
  for (const detector of detectors) for (const artefact of detector.flags) assert.ok(asked(detector, artefact), detector.id);
  assert.ok(detectors.filter((detector) => !asked(detector, artefactWith({ format: 'text' }))).length > 40);
});
