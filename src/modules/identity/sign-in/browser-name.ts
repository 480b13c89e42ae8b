/** What a browser says of itself, in words. A guess: the text is whatever its sender wrote. */

const browsers: readonly (readonly [sign: string, name: string])[] = [
  ['Edg/', 'Edge'],
  ['Firefox/', 'Firefox'],
  ['Chrome/', 'Chrome'],
  ['Safari/', 'Safari'],
];
const systems: readonly (readonly [sign: string, name: string])[] = [
  ['Windows', 'Windows'],
  ['Android', 'Android'],
  ['iPhone', 'iPhone'],
  ['Mac OS X', 'macOS'],
  ['Linux', 'Linux'],
];
const nameIn = (names: readonly (readonly [string, string])[], userAgent: string): string | undefined =>
  names.find(([sign]) => userAgent.includes(sign))?.[1];

/** For a page that shows the whole text beside it: a program we do not know is shown by its own words. */
export function browserName(userAgent: string | null): string {
  if (userAgent === null) return 'Unknown program';
  return nameIn(browsers, userAgent) === undefined ? userAgent.slice(0, 60) : deviceKind(userAgent);
}

/** In our own words alone, so that nobody writes into a mail of ours by what their program calls itself. */
export function deviceKind(userAgent: string | null): string {
  const browser = userAgent === null ? undefined : nameIn(browsers, userAgent);
  if (userAgent === null || browser === undefined) return 'a program we do not know';
  const system = nameIn(systems, userAgent);
  return system === undefined ? browser : `${browser} on ${system}`;
}
