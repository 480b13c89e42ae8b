// Written by npm run generate. Do not edit.

import type { Reader } from './reader.ts';
import compressed from './readers/compressed.ts';
import executable from './readers/executable.ts';
import npy from './readers/npy.ts';
import pickle from './readers/pickle.ts';
import safetensors from './readers/safetensors.ts';
import tar from './readers/tar.ts';
import zip from './readers/zip.ts';

export const readers: readonly Reader[] = [
  compressed,
  executable,
  npy,
  pickle,
  safetensors,
  tar,
  zip,
];
