/** Where models come from: what may be named as a source, what is there to choose from, and uploads. */
import { z } from 'zod';
import { endpoint } from '../../../contract/endpoint.ts';
import { problems } from '../../../contract/problem.ts';

const tag = 'model-scanner';
const door = 'ai-scanner' as const;

export const sourceProblems = problems('model-scanner', {
  uploadNotFound: [404, 'No upload has the id {id}.'],
  uploadTooLarge: [413, 'The files are larger than {limit} bytes together. The setting MAX_MODEL_UPLOAD_BYTES changes that.'],
  uploadQuota: [
    413,
    'Uploads of this workspace hold {used} of {quota} bytes: {wanted} more do not fit. They leave when their scan ends. The setting UPLOAD_QUOTA_BYTES changes that.',
  ],
  uploadName: [422, 'The file name {name} cannot be used: {reason}.'],
  uploadPlace: [409, 'The next byte of {name} is {expected}, not {given}.'],
  uploadTooLong: [413, 'More bytes came for {name} than its {size} bytes.'],
  uploadIncomplete: [409, 'The upload is not whole: {received} of {size} bytes are here.'],
  uploadClosed: [409, 'The upload {id} is {state} and takes no more bytes.'],
  sourceNotFound: [422, 'Nothing to scan: {detail}'],
});

const Text = z.string().min(1).max(400);
/** One thing to scan: a file or folder, an upload, or a model in a store under the configured roots. */
export const ScanSource = z.union([
  z.strictObject({ path: z.string().min(1).max(4096) }),
  z.strictObject({ upload: z.uuid() }),
  z.strictObject({ hfCache: z.strictObject({ repo: Text, revision: Text.optional() }) }),
  z.strictObject({ mlflow: z.union([z.strictObject({ run: Text }), z.strictObject({ model: Text })]) }),
  z.strictObject({ ollama: Text }),
  z.strictObject({ ociLayout: z.strictObject({ folder: z.string().min(1).max(4096), reference: Text.optional() }) }),
]);
export type ScanSource = z.infer<typeof ScanSource>;

/** In words, for lists and titles: a path as it is, anything else with its kind in front. */
export function sourceLabel(source: ScanSource): string {
  if ('path' in source) return source.path;
  if ('upload' in source) return `upload:${source.upload}`;
  if ('hfCache' in source)
    return `huggingface:${source.hfCache.repo}${source.hfCache.revision === undefined ? '' : `@${source.hfCache.revision}`}`;
  if ('ollama' in source) return `ollama:${source.ollama}`;
  if ('mlflow' in source) return 'run' in source.mlflow ? `mlflow:run/${source.mlflow.run}` : `mlflow:model/${source.mlflow.model}`;
  const { folder, reference } = source.ociLayout;
  return `oci:${folder}${reference === undefined ? '' : `:${reference}`}`;
}

/** What an upload is called: its only file, the folder that holds all files, or the first file and how many more. */
export function uploadLabel(names: readonly string[]): string {
  const name = names[0] ?? 'files';
  if (names.length === 1) return name.split('/').at(-1) ?? name;
  const [folder = ''] = name.split('/');
  const isShared = name.includes('/') && names.every((one) => one.startsWith(`${folder}/`));
  return isShared ? folder : `${name.split('/').at(-1)} and ${names.length - 1} more`;
}

/* ——— what is there to choose from ——— */
export const storeKinds = ['huggingface', 'mlflow', 'ollama', 'oci'] as const;
export const StoreKind = z.enum(storeKinds);
export type StoreKind = z.infer<typeof StoreKind>;
export const StoredModel = z.object({
  source: ScanSource,
  label: z.string().max(1000),
  detail: z.string().max(1000).describe('Where it lies and what else is known, in words.'),
});
export type StoredModel = z.infer<typeof StoredModel>;
const StoredModels = z.object({
  items: z.array(StoredModel).max(2000),
  leftOut: z.int().min(0).describe('Found beyond the first 2,000.'),
  searched: z.array(z.string()).describe('The configured roots.'),
});
const storeQuestion = z.object({ kind: StoreKind });
export const listStores = endpoint({
  method: 'GET',
  path: '/api/model-scanner/sources',
  tag,
  operation: 'sources',
  access: 'model-scanner:read',
  timeoutMs: 60_000,
  summary: 'Models in the stores under the configured roots: Hugging Face cache, MLflow, ollama, OCI layouts',
  input: storeQuestion,
  output: StoredModels,
});
export const doorStores = endpoint({
  method: 'GET',
  path: '/scan/sources',
  door,
  tag,
  operation: 'scan-sources',
  access: 'service',
  timeoutMs: 60_000,
  summary: 'Models in the stores under the configured roots',
  input: storeQuestion,
  output: StoredModels,
});

/* ——— uploads ——— */
export const UploadFile = z.object({
  name: z.string().min(1).max(1024).describe('Relative, with "/": folders are kept.'),
  size: z.int().min(0),
  received: z.int().min(0),
});
export const Upload = z.object({
  id: z.uuid(),
  label: z.string(),
  state: z.enum(['receiving', 'ready', 'removed']),
  files: z.array(UploadFile),
  size: z.int().min(0),
  received: z.int().min(0),
  createdAt: z.iso.datetime(),
});
export type Upload = z.infer<typeof Upload>;
/** Bytes a browser sends in one request; others may send more, up to the largest upload of the platform. */
export const uploadPartBytes = 8_388_608;

export const declareUpload = endpoint({
  method: 'POST',
  path: '/api/model-scanner/uploads',
  tag,
  operation: 'declare-upload',
  access: 'model-scanner:create',
  status: 201,
  summary: 'Say which files will come: their place in quarantine is reserved',
  input: z.strictObject({
    files: z
      .array(z.strictObject({ name: z.string().min(1).max(1024), size: z.int().min(0) }))
      .min(1)
      .max(2000),
  }),
  output: Upload,
});
export const putUploadPart = endpoint({
  method: 'PUT',
  path: '/api/model-scanner/uploads/:id/content',
  tag,
  operation: 'upload-part',
  access: 'model-scanner:create',
  kind: 'upload',
  // The upload itself is in the audit log, and so is its scan: its parts are neither.
  audit: false,
  timeoutMs: 600_000,
  summary: 'Bytes of one file from an offset on; the offset is where the last part ended',
  input: z.object({ id: z.uuid(), file: z.int().min(0).max(1999), offset: z.int().min(0) }),
  output: Upload,
});
export const getUpload = endpoint({
  method: 'GET',
  path: '/api/model-scanner/uploads/:id',
  tag,
  operation: 'read-upload',
  access: 'model-scanner:create',
  summary: 'How far an upload is: where to go on after a lost connection',
  input: z.object({ id: z.uuid() }),
  output: Upload,
});
export const removeUpload = endpoint({
  method: 'DELETE',
  path: '/api/model-scanner/uploads/:id',
  tag,
  operation: 'remove-upload',
  access: 'model-scanner:create',
  summary: 'Remove an upload that is not being scanned',
  input: z.object({ id: z.uuid() }),
  output: Upload,
});
export const uploadLimits = endpoint({
  method: 'GET',
  path: '/api/model-scanner/upload-limits',
  tag,
  operation: 'upload-limits',
  access: 'model-scanner:create',
  summary: 'How much may be uploaded, and how much of the quota is in use',
  input: z.object({}),
  output: z.object({ uploadBytes: z.number(), quotaBytes: z.number(), usedBytes: z.number() }),
});
