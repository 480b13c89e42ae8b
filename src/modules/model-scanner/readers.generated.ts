// Written by npm run generate. Do not edit.

import type { Reader } from './engine/reader.ts';
import compressed from './readers/archives/compressed.ts';
import executable from './readers/archives/executable.ts';
import tar from './readers/archives/tar.ts';
import zip from './readers/archives/zip.ts';
import jinja from './readers/documents/jinja.ts';
import textDocument from './readers/documents/text-document.ts';
import onnx from './readers/graphs/onnx.ts';
import tensorflowMetadata from './readers/graphs/tensorflow-metadata.ts';
import tensorflow from './readers/graphs/tensorflow.ts';
import knownFormat from './readers/named/known-format.ts';
import namedFormat from './readers/named/named-format.ts';
import sentencepiece from './readers/named/sentencepiece.ts';
import pickle from './readers/python/pickle.ts';
import pythonBytecode from './readers/python/python-bytecode.ts';
import gguf from './readers/weights/gguf.ts';
import hdf5 from './readers/weights/hdf5.ts';
import npy from './readers/weights/npy.ts';
import safetensors from './readers/weights/safetensors.ts';

export const readers: readonly Reader[] = [
  compressed,
  executable,
  tar,
  zip,
  jinja,
  textDocument,
  onnx,
  tensorflowMetadata,
  tensorflow,
  knownFormat,
  namedFormat,
  sentencepiece,
  pickle,
  pythonBytecode,
  gguf,
  hdf5,
  npy,
  safetensors,
];
