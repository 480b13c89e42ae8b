// Written by npm run generate. Do not edit.

import type { Reader } from './engine/reader.ts';
import ar from './readers/archives/ar.ts';
import compressed from './readers/archives/compressed.ts';
import cpio from './readers/archives/cpio.ts';
import executable from './readers/archives/executable.ts';
import sevenZip from './readers/archives/seven-zip.ts';
import tar from './readers/archives/tar.ts';
import zip from './readers/archives/zip.ts';
import jinja from './readers/documents/jinja.ts';
import textDocument from './readers/documents/text-document.ts';
import arrow from './readers/flat/arrow.ts';
import catboost from './readers/flat/catboost.ts';
import executorch from './readers/flat/executorch.ts';
import tflite from './readers/flat/tflite.ts';
import onnxTensorFile from './readers/graphs/onnx-tensor-file.ts';
import onnx from './readers/graphs/onnx.ts';
import tensorflowMetadata from './readers/graphs/tensorflow-metadata.ts';
import tensorflow from './readers/graphs/tensorflow.ts';
import xmlModel from './readers/markup/xml-model.ts';
import knownFormat from './readers/named/known-format.ts';
import namedFormat from './readers/named/named-format.ts';
import sentencepiece from './readers/named/sentencepiece.ts';
import caffe from './readers/other-models/caffe.ts';
import coremlWeights from './readers/other-models/coreml-weights.ts';
import coreml from './readers/other-models/coreml.ts';
import fasttext from './readers/other-models/fasttext.ts';
import javaObject from './readers/other-models/java-object.ts';
import matlab from './readers/other-models/matlab.ts';
import msgpack from './readers/other-models/msgpack.ts';
import mxnetParams from './readers/other-models/mxnet-params.ts';
import paddle from './readers/other-models/paddle.ts';
import parquet from './readers/other-models/parquet.ts';
import rData from './readers/other-models/r-data.ts';
import tensorrt from './readers/other-models/tensorrt.ts';
import torch7 from './readers/other-models/torch7.ts';
import pickle from './readers/python/pickle.ts';
import pythonBytecode from './readers/python/python-bytecode.ts';
import pythonSource from './readers/python/python-source.ts';
import lightgbm from './readers/trees/lightgbm.ts';
import xgboostBinary from './readers/trees/xgboost-binary.ts';
import xgboostUbjson from './readers/trees/xgboost-ubjson.ts';
import gguf from './readers/weights/gguf.ts';
import hdf5 from './readers/weights/hdf5.ts';
import npy from './readers/weights/npy.ts';
import safetensors from './readers/weights/safetensors.ts';

export const readers: readonly Reader[] = [
  ar,
  compressed,
  cpio,
  executable,
  sevenZip,
  tar,
  zip,
  jinja,
  textDocument,
  arrow,
  catboost,
  executorch,
  tflite,
  onnxTensorFile,
  onnx,
  tensorflowMetadata,
  tensorflow,
  xmlModel,
  knownFormat,
  namedFormat,
  sentencepiece,
  caffe,
  coremlWeights,
  coreml,
  fasttext,
  javaObject,
  matlab,
  msgpack,
  mxnetParams,
  paddle,
  parquet,
  rData,
  tensorrt,
  torch7,
  pickle,
  pythonBytecode,
  pythonSource,
  lightgbm,
  xgboostBinary,
  xgboostUbjson,
  gguf,
  hdf5,
  npy,
  safetensors,
];
