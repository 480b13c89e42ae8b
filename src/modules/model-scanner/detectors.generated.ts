// Written by npm run generate. Do not edit.

import type { Detector } from './engine/detector.ts';
import archivePathTraversal from './detectors/archive-path-traversal.ts';
import compiledPython from './detectors/compiled-python.ts';
import customOperator from './detectors/custom-operator.ts';
import externalPath from './detectors/external-path.ts';
import graphOperator from './detectors/graph-operator.ts';
import integrityBroken from './detectors/integrity-broken.ts';
import integrityLie from './detectors/integrity-lie.ts';
import kerasCode from './detectors/keras-code.ts';
import namedObject from './detectors/named-object.ts';
import nativeCode from './detectors/native-code.ts';
import pickleBesideSafetensors from './detectors/pickle-beside-safetensors.ts';
import pickleComputedImport from './detectors/pickle-computed-import.ts';
import pickleCustomClass from './detectors/pickle-custom-class.ts';
import pickleFormat from './detectors/pickle-format.ts';
import pickleHarmfulCall from './detectors/pickle-harmful-call.ts';
import pickleHarmfulReference from './detectors/pickle-harmful-reference.ts';
import pickleUnlistedCall from './detectors/pickle-unlisted-call.ts';
import pickleUnlistedStandardLibrary from './detectors/pickle-unlisted-standard-library.ts';
import remoteCodeConfig from './detectors/remote-code-config.ts';
import resourceBomb from './detectors/resource-bomb.ts';
import storedBytecode from './detectors/stored-bytecode.ts';
import templateCode from './detectors/template-code.ts';
import torchProgram from './detectors/torch-program.ts';

export const detectors: readonly Detector[] = [
  archivePathTraversal,
  compiledPython,
  customOperator,
  externalPath,
  graphOperator,
  integrityBroken,
  integrityLie,
  kerasCode,
  namedObject,
  nativeCode,
  pickleBesideSafetensors,
  pickleComputedImport,
  pickleCustomClass,
  pickleFormat,
  pickleHarmfulCall,
  pickleHarmfulReference,
  pickleUnlistedCall,
  pickleUnlistedStandardLibrary,
  remoteCodeConfig,
  resourceBomb,
  storedBytecode,
  templateCode,
  torchProgram,
];
