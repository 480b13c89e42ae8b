/**
 * What a file is, from its bytes: enough to decide whether discovery names it a model or a data set.
 * The scanner's readers are the ones who know a format; this only recognises it. Names decide nothing on their own,
 * they only settle what bytes leave open (a pickle may hold anything).
 */
import type { Confidence } from '../contract.ts';
import type { OpenedFile } from './opened-file.ts';
import { isOnnx, isPaddleProgram, isSavedModel } from './protobuf-shape.ts';
import { zipNames } from './zip-names.ts';

export type FileFormat = { readonly format: string; readonly role: 'model' | 'dataset'; readonly confidence: Confidence };

const modelEndings = new Set([
  'pkl',
  'pickle',
  'joblib',
  'pt',
  'pth',
  'bin',
  'ckpt',
  'sav',
  'model',
  'mdl',
  'dill',
  'cloudpickle',
  'p',
  'pk',
]);
const decoder = new TextDecoder('latin1');

/** @returns null for a file that is no model and no data set by content. At most 600 KiB are read. */
export function fileFormat(file: OpenedFile): FileFormat | null {
  if (file.size < 8) return null;
  const { head } = file;
  return (
    magic(file, head) ??
    zipFormat(file, head) ??
    tarFormat(file, head) ??
    pickleFormat(file, head) ??
    textModel(file, head) ??
    flaxFormat(file, head) ??
    protobufFormat(file, head)
  );
}

const model = (format: string, confidence: Confidence = 'certain'): FileFormat => ({ format, role: 'model', confidence });
const dataset = (format: string, confidence: Confidence = 'certain'): FileFormat => ({ format, role: 'dataset', confidence });

function startsWith(head: Uint8Array, bytes: readonly number[] | string, at = 0): boolean {
  const wanted = typeof bytes === 'string' ? [...bytes].map((letter) => letter.charCodeAt(0)) : bytes;
  return wanted.every((byte, index) => head[at + index] === byte);
}

function magic(file: OpenedFile, head: Uint8Array): FileFormat | null {
  if (startsWith(head, 'GGUF') || startsWith(head, 'FUGG')) return model('gguf');
  if (startsWith(head, 'lmgg') || startsWith(head, 'tjgg') || startsWith(head, 'fmgg')) return model('ggml');
  if (startsWith(head, 'TFL3', 4)) return model('tflite');
  if (startsWith(head, 'CBM1')) return model('catboost');
  if (startsWith(head, 'ET12', 4) || startsWith(head, 'ET13', 4)) return model('executorch');
  // A serialised engine begins with its magic word and a small version.
  if (startsWith(head, 'ptrt') || startsWith(head, 'ftrt')) return model('tensorrt-plan');
  if (startsWith(head, 'binf')) return model('xgboost-binary', modelEndings.has(file.ending) ? 'certain' : 'probable');
  // A list of arrays: its magic number as u64, then a reserved zero. @source MXNet src/ndarray/ndarray.cc.
  if (startsWith(head, [0x12, 0x01, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]) && file.size >= 24) return model('mxnet-params');
  if (startsWith(head, [0xba, 0x16, 0x4f, 0x2f]))
    return model('fasttext', file.ending === 'bin' || file.ending === 'ftz' ? 'certain' : 'possible');
  if (startsWith(head, [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59])) return dataset('npy', 'probable');
  if (startsWith(head, 'PAR1') && decoder.decode(file.read(file.size - 4, 4)) === 'PAR1') return dataset('parquet');
  if (startsWith(head, 'ARROW1\0\0')) return dataset('arrow');
  if (startsWith(head, 'FEA1')) return dataset('feather');
  if (startsWith(head, [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a])) return hdf5(file);
  return safetensors(file, head);
}

/** Keras writes these attribute names; an HDF5 file without them is a data container. */
function hdf5(file: OpenedFile): FileFormat {
  const text = decoder.decode(file.read(0, 262_144));
  return /model_config|keras_version|layer_names|weight_names/.test(text) ? model('hdf5') : dataset('hdf5', 'probable');
}

/** u64 header length, then a JSON object whose values have dtype, shape and data_offsets. */
function safetensors(file: OpenedFile, head: Uint8Array): FileFormat | null {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const length = view.getBigUint64(0, true);
  if (length < 2n || length > 100_000_000n || BigInt(file.size) < 8n + length || head[8] !== 0x7b) return null;
  const text = decoder.decode(head.subarray(8, Math.min(head.length, 8 + Number(length))));
  if (/^\{\s*\}\s*$/.test(text)) return null;
  return /"(?:dtype|data_offsets|__metadata__)"/.test(text) ? model('safetensors') : null;
}

/** A zip is a model when its members say so; documents, wheels and jars are not. */
function zipFormat(file: OpenedFile, head: Uint8Array): FileFormat | null {
  if (!startsWith(head, [0x50, 0x4b, 0x03, 0x04])) return null;
  const names = zipNames(file);
  if (names.some((name) => name === 'data.pkl' || name.endsWith('/data.pkl'))) return model('torch-zip');
  if (names.some((name) => /(?:^|\/)code\/__torch__/.test(name) || name.endsWith('/constants.pkl'))) return model('torchscript');
  if (names.includes('config.json') && names.some((name) => name === 'metadata.json' || name.endsWith('.weights.h5')))
    return model('keras-zip');
  if (names.includes('schema.json') && names.some((name) => name.endsWith('.npy') || /^\d+$/.test(name))) return model('skops');
  if (names.includes('schema.json') && file.ending === 'skops') return model('skops');
  if (names.some((name) => name.startsWith('MAR-INF/MANIFEST'))) return model('torchserve-archive');
  if (names.some((name) => name.endsWith('.mlmodel') || name === 'Manifest.json') && file.ending === 'mlpackage') return model('coreml');
  if (names.length > 0 && names.every((name) => name.endsWith('.npy'))) return dataset('npz', 'probable');
  return null;
}

const libraryNames = /sklearn|torch|xgboost|lightgbm|catboost|tensorflow|keras|transformers|statsmodels|spacy|gensim|joblib/;

/** Protocol 2 to 5 by its two first bytes and a plausible third; older ones only under a name people give pickles. */
function pickleFormat(file: OpenedFile, head: Uint8Array): FileFormat | null {
  const binary = head[0] === 0x80 && (head[1] ?? 0) >= 2 && (head[1] ?? 0) <= 5 && isOpcode(head[2]);
  const named = modelEndings.has(file.ending);
  const older =
    named &&
    /^(?:[(c\]}][\x20-\x7e\n]{2,}|\(i)/.test(decoder.decode(head.subarray(0, 16))) &&
    /\n/.test(decoder.decode(head)) &&
    endsWithStop(file);
  const compressed = named && ['joblib', 'pkl', 'pickle'].includes(file.ending) && isCompressed(head);
  if (compressed) return model('pickle-compressed', 'probable');
  if (!binary && !older) return null;
  if (startsWith(head, [0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20])) return model('torch-legacy');
  const library = libraryNames.test(decoder.decode(head));
  if (library) return model('pickle', binary ? 'certain' : 'probable');
  return model('pickle', named ? 'probable' : 'possible');
}

function endsWithStop(file: OpenedFile): boolean {
  return /\.\s*$/.test(decoder.decode(file.read(Math.max(0, file.size - 2), 2)));
}

function isCompressed(head: Uint8Array): boolean {
  return (
    (head[0] === 0x78 && [0x01, 0x5e, 0x9c, 0xda].includes(head[1] ?? 0)) ||
    startsWith(head, [0x1f, 0x8b]) ||
    startsWith(head, 'BZh') ||
    startsWith(head, [0xfd, 0x37, 0x7a, 0x58, 0x5a]) ||
    startsWith(head, [0x04, 0x22, 0x4d, 0x18])
  );
}

/** Bytes that begin an object or a frame in protocols 2 to 5. */
function isOpcode(byte: number | undefined): boolean {
  return (
    byte !== undefined && (byte === 0x95 || (byte >= 0x80 && byte <= 0x98) || ']})(cKMJGXUBCVNIFLTS.'.includes(String.fromCharCode(byte)))
  );
}

function textModel(file: OpenedFile, head: Uint8Array): FileFormat | null {
  const text = decoder.decode(head.subarray(0, 2048));
  if (text.startsWith('tree\nversion=')) return model('lightgbm');
  if (/^\s*\{\s*"learner"\s*:\s*\{/.test(text)) return model('xgboost-json');
  if (/^(?:\s*<\?xml[^>]*>)?\s*<PMML[\s>]/.test(text)) return model('pmml');
  if (/^(?:\s*<\?xml[^>]*>)?\s*<net\s[^>]{0,300}version="\d{1,3}"[^>]{0,300}>[\s\S]{0,300}<layers>\s*<layer\s/.test(text))
    return model('openvino');
  if (head[0] === 0x7b && head[1] === 0x4c && text.slice(0, 64).includes('learner')) return model('xgboost-ubj');
  return file.ending === 'json' && /^\s*\{\s*"class_name"\s*:\s*"(?:Sequential|Functional|Model)"/.test(text)
    ? model('keras-json', 'probable')
    : null;
}

/** NeMo keeps a configuration and a checkpoint side by side. @source NeMo documentation, "The .nemo file". */
function tarFormat(file: OpenedFile, head: Uint8Array): FileFormat | null {
  if (!startsWith(head, 'ustar', 257)) return null;
  const names = new Set<string>();
  for (let at = 0, members = 0; at + 512 <= file.size && members < 64; members++) {
    const block = file.read(at, 512);
    const name = decoder.decode(block.subarray(0, 100)).replace(/\0.*$/s, '').replace(/^\.\//, '');
    const size = Number.parseInt(decoder.decode(block.subarray(124, 136)).replace(/[^0-7]/g, ''), 8);
    if (name === '' || !Number.isSafeInteger(size)) break;
    names.add(name);
    at += 512 + Math.ceil(size / 512) * 512;
  }
  const holdsWeights = [...names].some((name) => name.endsWith('.ckpt') || name.endsWith('.safetensors'));
  return names.has('model_config.yaml') && holdsWeights ? model('nemo') : null;
}

/** MessagePack whose extension type 1 holds an array as [shape, dtype, bytes]: what Flax writes. @source flax.serialization, `_MsgpackExtType`. */
function flaxFormat(file: OpenedFile, head: Uint8Array): FileFormat | null {
  if ((head[0] ?? 0) < 0x80 || (head[0] ?? 0) > 0x8f) return null;
  if (!holdsArray(head) || !/(?:float|int)(?:8|16|32|64)/.test(decoder.decode(head))) return null;
  return model('flax', file.ending === 'msgpack' ? 'certain' : 'probable');
}

/** An extension (0xc7 to 0xc9, its length in 1, 2 or 4 bytes) of type 1 that begins an array of three whose first is an array. */
function holdsArray(head: Uint8Array): boolean {
  return head.some((byte, at) => {
    if (byte < 0xc7 || byte > 0xc9) return false;
    const type = at + 1 + 2 ** (byte - 0xc7);
    const first = head[type + 2] ?? 0;
    return head[type] === 1 && head[type + 1] === 0x93 && first >= 0x90 && first <= 0x9f;
  });
}

function protobufFormat(file: OpenedFile, head: Uint8Array): FileFormat | null {
  if (head[0] !== 0x08 && head[0] !== 0x12 && head[0] !== 0x0a) return null;
  if (isOnnx(file)) return model('onnx');
  if (isPaddleProgram(file))
    return model('paddle-program', file.ending === 'pdmodel' || file.name === '__model__' ? 'certain' : 'probable');
  if ((file.name === 'saved_model.pb' || file.ending === 'pb') && isSavedModel(file)) return model('tensorflow-saved-model');
  return file.ending === 'mlmodel' && head[0] === 0x08 ? model('coreml', 'probable') : null;
}
