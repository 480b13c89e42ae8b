/** Sends a table part by part, so that a page shows how far it is and goes on after a lost connection. */
import { useRef, useState } from 'react';
import { problemOf, request } from '../../client/request.ts';
import type { Problem } from '../../contract/problem.ts';
import { declareTableUpload, getTableUpload, putTablePart, removeTableUpload, type TableUpload } from './contract.ts';

export type TableProgress = { readonly name: string; readonly sent: number; readonly size: number };
export type TableUploading = {
  readonly progress: TableProgress | null;
  readonly problem: Problem | null;
  readonly cancel: () => void;
};

const partBytes = 8 * 2 ** 20;
const tries = 5;
const pauseMs = 1500;

export function useTableUpload(): TableUploading & { readonly send: (file: File) => Promise<TableUpload | null> } {
  const [progress, setProgress] = useState<TableProgress | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const stop = useRef<AbortController | null>(null);
  /** Resolves to the whole upload, or to null when it was refused or stopped. */
  const send = async (file: File): Promise<TableUpload | null> => {
    const control = new AbortController();
    stop.current = control;
    setProblem(null);
    let upload: TableUpload | null = null;
    try {
      upload = await request(declareTableUpload, { name: file.name.slice(0, 200), size: file.size });
      while (upload.received < file.size) {
        setProgress({ name: file.name, sent: upload.received, size: file.size });
        upload = await sendPart(upload, file, control.signal);
      }
      return upload;
    } catch (error) {
      if (upload !== null) void request(removeTableUpload, { id: upload.id }).catch(() => null);
      if (!control.signal.aborted) setProblem(problemOf(error));
      return null;
    } finally {
      setProgress(null);
      stop.current = null;
    }
  };
  return { progress, problem, send, cancel: () => stop.current?.abort() };
}

/** A lost connection is tried again from where the server stands; a refusal is not. */
async function sendPart({ id, received }: TableUpload, file: File, signal: AbortSignal): Promise<TableUpload> {
  for (let attempt = 1; ; attempt += 1) {
    signal.throwIfAborted();
    try {
      return await request(putTablePart, { id, offset: received }, { body: file.slice(received, received + partBytes), signal });
    } catch (error) {
      const isLost = problemOf(error).code === 'client.unreachable';
      if (signal.aborted || !isLost || attempt >= tries) throw error;
      await new Promise((resolve) => setTimeout(resolve, pauseMs * attempt));
      const now = await request(getTableUpload, { id }, { signal }).catch(() => null);
      if (now !== null && now.received !== received) return now;
    }
  }
}
