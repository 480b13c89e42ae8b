/** Sealed cursors: the place in an ordered list as text that only this installation can make. */
import { createHash, createHmac, type KeyObject, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { problems } from '../../contract/problem.ts';

export const pagingProblems = problems('paging', {
  badCursor: [422, 'The cursor is not one this server has given out, or it was changed. Start again from the first page.'],
  otherQuery: [422, 'The cursor belongs to another filter or order. Start again from the first page.'],
  cursorAndPage: [422, 'Give either cursor or page, not both.'],
  tooDeep: [422, 'Page {page} with {perPage} rows a page lies beyond row 10,000. Use nextCursor of the page before, or a narrower filter.'],
  tooLong: [500, 'A row has a sort value of {bytes} bytes, too long for a cursor.'],
});

/** Bounds of the contract (contract/page.ts): what is longer was not given out by us. */
const cursorLimit = 2000;
const sealBytes = 16;

/** `v` sort values and id as PostgreSQL prints them, `q` digest of query and order, `t` total and whether it is an estimate. */
const Place = z.strictObject({
  v: z.array(z.string().nullable()).min(1).max(12),
  q: z.string().length(16),
  t: z.tuple([z.int().min(0), z.boolean()]),
});
export type Place = z.infer<typeof Place>;

function seal(key: KeyObject, payload: string): Buffer {
  return createHmac('sha256', key).update(payload).digest().subarray(0, sealBytes);
}

/** 64 bits of SHA-256: enough to tell two queries of one caller apart; the seal keeps others out. */
export function queryDigest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

export function sealCursor(key: KeyObject, place: Place): string {
  const payload = Buffer.from(JSON.stringify(place)).toString('base64url');
  const cursor = `${payload}.${seal(key, payload).toString('base64url')}`;
  if (cursor.length > cursorLimit) throw pagingProblems.tooLong({ bytes: Buffer.byteLength(JSON.stringify(place.v)) });
  return cursor;
}

/** @throws paging.badCursor when it was not sealed with this key, paging.otherQuery when it was made for another query. */
export function openCursor(key: KeyObject, cursor: string, query: string): Place {
  const [payload = '', given = '', ...rest] = cursor.length > cursorLimit ? [] : cursor.split('.');
  const expected = seal(key, payload);
  const sealed = Buffer.from(given, 'base64url');
  if (rest.length > 0 || sealed.length !== expected.length || !timingSafeEqual(sealed, expected)) throw pagingProblems.badCursor();
  // Sealed by us, so parsing cannot fail unless an older release had another form.
  const place = Place.safeParse(parsed(payload));
  if (!place.success) throw pagingProblems.badCursor();
  if (place.data.q !== query) throw pagingProblems.otherQuery();
  return place.data;
}

function parsed(payload: string): unknown {
  try {
    return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
  } catch {
    return null;
  }
}
