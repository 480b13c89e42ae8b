// Written by npm run generate. Do not edit.

import type { Reader } from './reader.ts';
import compressed from './readers/compressed.ts';
import executable from './readers/executable.ts';
import gguf from './readers/gguf.ts';
import hdf5 from './readers/hdf5.ts';
import jinja from './readers/jinja.ts';
import jsonDocument from './readers/json-document.ts';
import knownFormat from './readers/known-format.ts';
import namedFormat from './readers/named-format.ts';
import npy from './readers/npy.ts';
import onnx from './readers/onnx.ts';
import pickle from './readers/pickle.ts';
import pythonBytecode from './readers/python-bytecode.ts';
import safetensors from './readers/safetensors.ts';
import sentencepiece from './readers/sentencepiece.ts';
import tar from './readers/tar.ts';
import tensorflowMetadata from './readers/tensorflow-metadata.ts';
import tensorflow from './readers/tensorflow.ts';
import yamlConfig from './readers/yaml-config.ts';
import zip from './readers/zip.ts';

export const readers: readonly Reader[] = [
  compressed,
  executable,
  gguf,
  hdf5,
  jinja,
  jsonDocument,
  knownFormat,
  namedFormat,
  npy,
  onnx,
  pickle,
  pythonBytecode,
  safetensors,
  sentencepiece,
  tar,
  tensorflowMetadata,
  tensorflow,
  yamlConfig,
  zip,
];
