/** Sends files to quarantine part by part. */
import { request } from '../../../client/request.ts';
import { type Sending, sendPart, useSending } from '../../../client/use-sending.ts';
import { declareUpload, getUpload, putUploadPart, removeUpload, type Upload, uploadPartBytes } from '../contract.ts';

/** A file with the place it has in what was chosen: `folder/model.pt`. */
export type ChosenFile = { readonly name: string; readonly file: File };
export type UploadProgress = {
  readonly sent: number;
  readonly size: number;
  readonly current: string;
  readonly ratePerSecond: number | null;
};

export function useUpload(): Sending<UploadProgress> & { readonly send: (files: readonly ChosenFile[]) => Promise<Upload | null> } {
  const { run, ...sending } = useSending<UploadProgress>();
  const send = (files: readonly ChosenFile[]): Promise<Upload | null> => {
    let begun: string | undefined;
    return run({
      send: async (signal, tell) => {
        const upload = await request(declareUpload, { files: files.map(({ name, file }) => ({ name, size: file.size })) });
        begun = upload.id;
        return await sendAll(upload, files, { signal, tell });
      },
      giveUp: () => void (begun !== undefined && request(removeUpload, { id: begun }).catch(() => null)),
    });
  };
  return { ...sending, send };
}

type Telling = { readonly signal: AbortSignal; readonly tell: (progress: UploadProgress) => void };

async function sendAll(declared: Upload, files: readonly ChosenFile[], { signal, tell }: Telling): Promise<Upload> {
  const startedAt = performance.now();
  let upload = declared;
  for (const [index, { file, name }] of files.entries()) {
    for (let offset = 0; offset < file.size; ) {
      const seconds = (performance.now() - startedAt) / 1000;
      tell({ sent: upload.received, size: upload.size, current: name, ratePerSecond: seconds < 0.5 ? null : upload.received / seconds });
      upload = await sendFilePart(upload.id, { index, offset, body: file.slice(offset, offset + uploadPartBytes) }, signal);
      offset = upload.files[index]?.received ?? file.size;
    }
  }
  return upload;
}

type Part = { readonly index: number; readonly offset: number; readonly body: Blob };

function sendFilePart(id: string, { index, offset, body }: Part, signal: AbortSignal): Promise<Upload> {
  return sendPart(
    {
      send: () => request(putUploadPart, { id, file: index, offset }, { body, signal }),
      look: () => request(getUpload, { id }, { signal }),
      hasMoved: ({ files }) => (files[index]?.received ?? offset) !== offset,
    },
    signal,
  );
}
