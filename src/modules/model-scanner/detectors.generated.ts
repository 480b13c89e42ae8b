// Written by `npm run generate`. Do not edit.
import archivePathTraversal from './detectors/archive-path-traversal.ts';
import externalPath from './detectors/external-path.ts';
import integrityBroken from './detectors/integrity-broken.ts';
import integrityLie from './detectors/integrity-lie.ts';
import nativeCode from './detectors/native-code.ts';
import pickleComputedImport from './detectors/pickle-computed-import.ts';
import pickleCustomClass from './detectors/pickle-custom-class.ts';
import pickleFormat from './detectors/pickle-format.ts';
import pickleHarmfulCall from './detectors/pickle-harmful-call.ts';
import pickleHarmfulReference from './detectors/pickle-harmful-reference.ts';
import pickleUnlistedCall from './detectors/pickle-unlisted-call.ts';
import pickleUnlistedStandardLibrary from './detectors/pickle-unlisted-standard-library.ts';
import resourceBomb from './detectors/resource-bomb.ts';

export const detectors = [
  archivePathTraversal,
  externalPath,
  integrityBroken,
  integrityLie,
  nativeCode,
  pickleComputedImport,
  pickleCustomClass,
  pickleFormat,
  pickleHarmfulCall,
  pickleHarmfulReference,
  pickleUnlistedCall,
  pickleUnlistedStandardLibrary,
  resourceBomb,
];
