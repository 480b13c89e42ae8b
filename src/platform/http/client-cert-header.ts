/**
 * The header x-forwarded-client-cert, as Envoy writes it: elements between commas, one a proxy, the newest last; in each, pairs of key and
 * value between semicolons. Keys have no case. A value that holds `,`, `;`, `=` or `"` is quoted, with a backslash before what it escapes.
 *
 * @source https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/headers#x-forwarded-client-cert
 */

/** Characters; Node takes 16 KiB of all headers together. */
const longest = 16_384;
const mostElements = 16;
const mostPairs = 64;

export type Pair = readonly [key: string, value: string];

/** One pair at a time: a key, then a quoted value, or a plain one. What follows must be a separator or the end. */
const pairForm = /([A-Za-z]{1,20})=(?:"((?:[^"\\]|\\.){0,16384})"|([^",;]{0,16384}))(?=[;,]|$)/y;
/** Nothing else is printed into a header of ours: control characters and bytes beyond ASCII are somebody's attempt. */
const printable = /^[\x20-\x7e]*$/;

/**
 * What the nearest proxy says of the certificate that was shown to it: the pairs of the last element, keys in small letters. Pure; linear in
 * the length of the header.
 * @returns null for anything that is not of that form to the end: a header that can be read in two ways says nothing.
 */
export function lastElement(header: string): readonly Pair[] | null {
  if (header.length === 0 || header.length > longest || !printable.test(header)) return null;
  let pairs: Pair[] = [];
  let elements = 1;
  let seen = 0;
  for (let at = 0; ; ) {
    pairForm.lastIndex = at;
    const [whole, key, quoted, plain = ''] = pairForm.exec(header) ?? [];
    if (whole === undefined || key === undefined) return null;
    seen += 1;
    if (seen > mostPairs) return null;
    pairs.push([key.toLowerCase(), quoted === undefined ? plain : quoted.replaceAll(/\\(.)/g, '$1')]);
    at += whole.length;
    if (at === header.length) return pairs;
    if (header[at] === ',') {
      elements += 1;
      if (elements > mostElements) return null;
      pairs = [];
      // Blanks stand only where a proxy that joins lines puts them.
      while (header[at + 1] === ' ') at += 1;
    }
    at += 1;
  }
}
