/** Saves a file whose endpoint wants a fresh proof: a link cannot ask for one, so it is asked for before. */
import { useCallback, useState } from 'react';
import { z } from 'zod';
import { type Endpoint, endpoint, type InputOf } from '../contract/endpoint.ts';
import type { Problem } from '../contract/problem.ts';
import { linkTo, problemOf, request } from './request.ts';
import { askForProof } from './step-up.ts';

const readVerification = endpoint({
  method: 'GET',
  path: '/api/session/verify',
  summary: 'Until when sensitive changes are open',
  access: 'signed-in',
  tag: 'session',
  operation: 'verification',
  input: z.object({}),
  output: z.object({ verifiedUntil: z.iso.datetime() }),
});
/** The proof must still hold when the request arrives. */
const marginMs = 20_000;

export type Download<E extends Endpoint> = {
  readonly run: (input: InputOf<E>) => Promise<void>;
  readonly problem: Problem | null;
};

/** @example const save = useDownload(readExport); <Button onClick={() => void save.run({ id })}>Save the archive</Button> */
export function useDownload<E extends Endpoint>(file: E): Download<E> {
  const [problem, setProblem] = useState<Problem | null>(null);
  const run = useCallback(
    async (input: InputOf<E>) => {
      setProblem(null);
      try {
        const { verifiedUntil } = await request(readVerification, {});
        const isFresh = new Date(verifiedUntil).getTime() - Date.now() > marginMs;
        if (isFresh || (await askForProof())) save(linkTo(file, input));
      } catch (error) {
        setProblem(problemOf(error));
      }
    },
    [file],
  );
  return { run, problem };
}

function save(address: string): void {
  const link = document.createElement('a');
  link.href = address;
  link.download = '';
  link.click();
}
