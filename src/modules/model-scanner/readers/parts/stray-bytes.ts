/** Bytes of a model file that no value of it claims. */
import { memberPlace, rangePlace } from '../../engine/place.ts';
import { broken, type Draft, lie, type ReaderTools } from '../../engine/reader.ts';
import type { ByteSource } from '../../engine/source.ts';

type Stray = { readonly code: string; readonly at: number; readonly draft: Draft; readonly tools: ReaderTools };

/**
 * Opens them: a file of its own there is a member and a lie, anything else only a broken rule.
 *
 * @param bytes the window of the file, at least one byte; `at` is where it begins, in bytes of the file.
 */
export function judgeStray(bytes: ByteSource, { code, at, draft, tools }: Stray): void {
  const content = tools.open(bytes, memberPlace(draft.where, `(unused bytes at ${at})`));
  const place = rangePlace(draft.where, at, bytes.size);
  const recognised = content.format !== 'unknown' && content.format !== 'text';
  if (recognised) draft.members.push(content);
  const detail = recognised ? `${bytes.size} bytes of ${content.format} belong to no tensor.` : `${bytes.size} bytes belong to no tensor.`;
  draft.anomalies.push(recognised ? lie(code, detail, place) : broken(code, detail, place));
}
