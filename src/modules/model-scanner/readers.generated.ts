// Written by `npm run generate`. Do not edit.
import executable from './readers/executable.ts';
import npy from './readers/npy.ts';
import pickle from './readers/pickle.ts';
import safetensors from './readers/safetensors.ts';
import zip from './readers/zip.ts';

export const readers = [
  executable,
  npy,
  pickle,
  safetensors,
  zip,
];
