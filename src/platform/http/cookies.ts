/** Cookies as browsers send and take them (RFC 6265). */

/** Names and values of a Cookie header; of two with one name the first counts, as it is the more specific one. */
export function cookiesIn(header: string | undefined): Map<string, string> {
  const cookies = new Map<string, string>();
  if (header === undefined) return cookies;
  for (const pair of header.split(';')) {
    const at = pair.indexOf('=');
    if (at < 0) continue;
    const name = pair.slice(0, at).trim();
    if (!cookies.has(name)) cookies.set(name, decoded(pair.slice(at + 1).trim()));
  }
  return cookies;
}

/** Text with a broken escape is taken as it stands. */
function decoded(value: string): string {
  if (!value.includes('%')) return value;
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

export type CookieTraits = {
  readonly path: string;
  readonly secure: boolean;
  readonly httpOnly: boolean;
  /** 0 takes the cookie away. */
  readonly maxAgeSeconds: number;
};
/** A Set-Cookie header. Names are ours; the value may be any text. */
export function cookieLine(name: string, value: string, { path, secure, httpOnly, maxAgeSeconds }: CookieTraits): string {
  const expiry = maxAgeSeconds === 0 ? '; Expires=Thu, 01 Jan 1970 00:00:00 GMT' : '';
  const marks = `${httpOnly ? '; HttpOnly' : ''}${secure ? '; Secure' : ''}`;
  return `${name}=${encodeURIComponent(value)}; Max-Age=${maxAgeSeconds}; Path=${path}${expiry}${marks}; SameSite=Lax`;
}
