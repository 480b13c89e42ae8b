/** The product door of uploads. Bytes are long under way, so each opens its own transactions. */
import { config } from '../../../platform/config.ts';
import { transaction } from '../../../platform/database/database.ts';
import { handle, type Route } from '../../../platform/http/handle.ts';
import { declareUpload, getUpload, putUploadPart, removeUpload, uploadLimits } from '../contract.ts';
import { reservedBytes } from './upload-store.ts';
import { declareFiles, dropUpload, knownUpload, receivePart } from './uploads.ts';

const own = { transaction: 'none' } as const;

export const uploadRoutes: readonly Route[] = [
  handle(declareUpload, ({ files }, context) => declareFiles(files, context), own),
  handle(putUploadPart, (part, context) => receivePart(part, context), own),
  handle(getUpload, ({ id }, context) => knownUpload(id, context), own),
  handle(removeUpload, ({ id }, context) => dropUpload(id, context), own),
  handle(
    uploadLimits,
    async (_input, context) => ({
      uploadBytes: config().MAX_MODEL_UPLOAD_BYTES,
      quotaBytes: config().UPLOAD_QUOTA_BYTES,
      usedBytes: await transaction(context, reservedBytes, { readOnly: true }),
    }),
    own,
  ),
];
