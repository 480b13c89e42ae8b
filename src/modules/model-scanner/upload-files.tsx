/** Sends files to quarantine part by part, so that a page can show how far it is and go on after a lost connection. */
import { useRef, useState } from 'react';
import { problemOf, request } from '../../client/request.ts';
import type { Problem } from '../../contract/problem.ts';
import { declareUpload, getUpload, putUploadPart, removeUpload, type Upload, uploadPartBytes } from './contract.ts';

/** A file with the place it has in what was chosen: `folder/model.pt`. */
export type ChosenFile = { readonly name: string; readonly file: File };
export type UploadProgress = {
  readonly sent: number;
  readonly size: number;
  readonly current: string;
  readonly ratePerSecond: number | null;
};

const tries = 5;
const pauseMs = 1500;

export function useUpload() {
  const [progress, setProgress] = useState<UploadProgress | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const stop = useRef<AbortController | null>(null);
  /** Resolves to the whole upload, or to null when it was refused or stopped. */
  const send = async (files: readonly ChosenFile[]): Promise<Upload | null> => {
    const control = new AbortController();
    stop.current = control;
    setProblem(null);
    let upload: Upload | null = null;
    try {
      const declared = await request(declareUpload, { files: files.map(({ name, file }) => ({ name, size: file.size })) });
      upload = declared;
      return await sendAll(declared, files, { signal: control.signal, tell: setProgress });
    } catch (error) {
      if (upload !== null) void request(removeUpload, { id: upload.id }).catch(() => null);
      if (!control.signal.aborted) setProblem(problemOf(error));
      return null;
    } finally {
      setProgress(null);
      stop.current = null;
    }
  };
  return { progress, problem, send, cancel: () => stop.current?.abort() };
}

type Sending = { readonly signal: AbortSignal; readonly tell: (progress: UploadProgress) => void };

async function sendAll(declared: Upload, files: readonly ChosenFile[], { signal, tell }: Sending): Promise<Upload> {
  const startedAt = performance.now();
  let upload = declared;
  for (const [index, { file, name }] of files.entries()) {
    for (let offset = 0; offset < file.size; ) {
      const seconds = (performance.now() - startedAt) / 1000;
      tell({ sent: upload.received, size: upload.size, current: name, ratePerSecond: seconds < 0.5 ? null : upload.received / seconds });
      upload = await sendPart(upload.id, { index, offset, body: file.slice(offset, offset + uploadPartBytes) }, signal);
      offset = upload.files[index]?.received ?? file.size;
    }
  }
  return upload;
}

type Part = { readonly index: number; readonly offset: number; readonly body: Blob };

/** A lost connection is tried again from where the server stands; a refusal is not. */
async function sendPart(id: string, { index, offset, body }: Part, signal: AbortSignal): Promise<Upload> {
  for (let attempt = 1; ; attempt += 1) {
    signal.throwIfAborted();
    try {
      return await request(putUploadPart, { id, file: index, offset }, { body, signal });
    } catch (error) {
      const isLost = problemOf(error).code === 'client.unreachable';
      if (signal.aborted || !isLost || attempt >= tries) throw error;
      await new Promise((resolve) => setTimeout(resolve, pauseMs * attempt));
      const now = await request(getUpload, { id }, { signal }).catch(() => null);
      if (now !== null && (now.files[index]?.received ?? offset) !== offset) return now;
    }
  }
}
