/** Where a browser may be sent on: a place of ours, or the one other site that was named beside the address. */
import { commonProblems } from '../../contract/problem.ts';

/** Longer addresses are cut by servers in between. A signed SAML request takes about 3,000. */
const mostCharacters = 8192;

export type RedirectAnswer = {
  readonly location: string;
  /** Origin of the other site that is meant; without it only a path of ours passes. */
  readonly origin?: string;
};

/**
 * The address for the Location header.
 * @throws request.internal when it leads anywhere but to our own paths or to the origin that was named: that is our defect, and
 * nobody is sent there.
 */
export function checkedLocation({ location, origin }: RedirectAnswer): string {
  const sound = location.length <= mostCharacters && /^[\x21-\x7e]+$/.test(location) && !location.includes('\\');
  if (!sound) throw commonProblems.internal({}, { cause: 'a redirect to an address that is too long or not plain' });
  if (origin === undefined) {
    if (!isOwnPath(location)) throw commonProblems.internal({}, { cause: 'a redirect to a place that is not ours' });
    return location;
  }
  const url = URL.parse(location);
  const isNamed = url !== null && url.origin === origin && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '';
  if (!isNamed) throw commonProblems.internal({}, { cause: 'a redirect to another site than the one that was named' });
  return url.href;
}

/** A path of this site, whatever a browser makes of it: one slash, then anything that stays here. */
export function isOwnPath(path: string): boolean {
  if (!/^\/(?![/\\])[\x21-\x7e]*$/.test(path) || path.includes('\\')) return false;
  const here = 'http://own.invalid';
  return URL.parse(path, here)?.origin === here;
}
