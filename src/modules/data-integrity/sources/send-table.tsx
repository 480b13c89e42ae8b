/** Sends a table part by part. */
import { request } from '../../../client/request.ts';
import { type Sending, sendPart, useSending } from '../../../client/use-sending.ts';
import { declareTableUpload, getTableUpload, putTablePart, removeTableUpload, type TableUpload } from '../contract.ts';

export type TableProgress = { readonly name: string; readonly sent: number; readonly size: number };
export type TableUploading = Sending<TableProgress>;

const partBytes = 8 * 2 ** 20;

export function useTableUpload(): TableUploading & { readonly send: (file: File) => Promise<TableUpload | null> } {
  const { run, ...sending } = useSending<TableProgress>();
  const send = (file: File): Promise<TableUpload | null> => {
    let upload: TableUpload | undefined;
    return run({
      send: async (signal, tell) => {
        upload = await request(declareTableUpload, { name: file.name.slice(0, 200), size: file.size });
        while (upload.received < file.size) {
          tell({ name: file.name, sent: upload.received, size: file.size });
          upload = await sendTablePart(upload, file, signal);
        }
        return upload;
      },
      giveUp: () => void (upload !== undefined && request(removeTableUpload, { id: upload.id }).catch(() => null)),
    });
  };
  return { ...sending, send };
}

function sendTablePart({ id, received }: TableUpload, file: File, signal: AbortSignal): Promise<TableUpload> {
  return sendPart(
    {
      send: () => request(putTablePart, { id, offset: received }, { body: file.slice(received, received + partBytes), signal }),
      look: () => request(getTableUpload, { id }, { signal }),
      hasMoved: (now) => now.received !== received,
    },
    signal,
  );
}
