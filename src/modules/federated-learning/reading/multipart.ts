/** multipart/form-data as browsers and curl send it: text fields, and one part with the file. */
import { UnreadableUpdate } from './parsed-update.ts';

export type Form = { readonly fields: ReadonlyMap<string, string>; readonly file: Buffer };

const longestBoundary = 70;
const mostParts = 20;
const longestHeaders = 4000;
const longestField = 1000;
const lineEnd = Buffer.from('\r\n');
const headersEnd = Buffer.from('\r\n\r\n');

/** "--" and a boundary of printable characters: neither a zip nor a safetensors file begins so. */
export function startsForm(bytes: Buffer): boolean {
  if (bytes[0] !== 0x2d || bytes[1] !== 0x2d) return false;
  const end = bytes.subarray(0, longestBoundary + 4).indexOf(lineEnd);
  return end > 2 && /^--[\x21-\x7e]+$/.test(bytes.toString('latin1', 0, end));
}

/** @throws UnreadableUpdate. @source RFC 7578 and RFC 2046 section 5.1. */
export function readForm(bytes: Buffer): Form {
  const first = bytes.subarray(0, longestBoundary + 4).indexOf(lineEnd);
  const delimiter = Buffer.concat([lineEnd, bytes.subarray(0, first)]);
  const fields = new Map<string, string>();
  let file: Buffer | null = null;
  let at = first;
  for (let part = 0; part < mostParts; part++) {
    if (bytes.toString('latin1', at, at + 2) === '--') break;
    const start = bytes.indexOf(headersEnd, at);
    const end = start < 0 ? -1 : bytes.indexOf(delimiter, start + 4 - lineEnd.length);
    if (start < 0 || end < 0 || start - at > longestHeaders) throw new UnreadableUpdate('the form is cut');
    const content = bytes.subarray(Math.min(start + 4, end), end);
    const { name, isFile } = nameOf(bytes.toString('utf8', at, start));
    if (isFile && file !== null) throw new UnreadableUpdate('the form holds two files');
    if (isFile) file = content;
    else if (content.length <= longestField) fields.set(name, content.toString('utf8'));
    at = end + delimiter.length;
  }
  if (file === null) throw new UnreadableUpdate('the form holds no file');
  return { fields, file };
}

function nameOf(headers: string): { name: string; isFile: boolean } {
  const line = headers.split('\r\n').find((one) => /^content-disposition:/i.test(one)) ?? '';
  const name = /;\s?name="([^"]{1,100})"/i.exec(line)?.[1] ?? '';
  return { name, isFile: /;\s?filename\*?=/i.test(line) };
}
