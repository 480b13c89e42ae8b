/** gradle.lockfile, and the plain notation in build.gradle and build.gradle.kts; what scripts compute is not seen. */
import { defineDocument } from '../engine/document.ts';
import { isOwnList, linesOf, readList } from '../packages/package-list.ts';
import { sayIndex } from '../packages/source-practice.ts';

const module = '([A-Za-z0-9_.-]{1,150}):([A-Za-z0-9_.-]{1,150})';
const locked = new RegExp(`^${module}:([A-Za-z0-9_.+-]{1,100})=(.{0,2000})$`);
const configurations =
  '(\\w*(?:[iI]mplementation|api|[cC]ompile|[cC]ompileOnly|[rR]untimeOnly|classpath|[aA]nnotationProcessor|kapt|platform))';
/** `group:name:version`; the version may be a range, a variable that the script fills in, or left to a platform. */
const written = new RegExp(
  `\\b${configurations}\\b[\\s(]*(?:(?:enforcedP|p)latform\\()?["']${module}(?::([A-Za-z0-9_.+[(,\\])\\-$ {}]{1,100}))?(?:[@:][^"']{0,100})?["']`,
);
const opened = new RegExp(`\\b${configurations}\\b[\\s(]*(?=group\\b)`);

export default defineDocument({
  format: 'gradle',
  role: 'config',
  syntaxes: ['text'],
  names: /^(?:gradle|buildscript-gradle|.{1,60}\.gradle)\.lockfile$|^(?:.{0,80}\.)?gradle(?:\.kts)?$|^.{1,80}\.gradle(?:\.kts)?$/,
  is: (document) => isOwnList(document),
  read: readList((document, list) => {
    const isLock = document.name.endsWith('.lockfile');
    for (const { text, offset } of linesOf(document.text)) {
      const line = text.trim();
      if (line.startsWith('#') || line.startsWith('//')) continue;
      const where = document.placeAt(offset, text.length);
      const match = (isLock ? locked : written).exec(line.slice(0, 3000));
      const address = isLock ? undefined : /\burl\b[\s=(]*(?:uri\()?["'](http:\/\/[^"']{1,300})["']/.exec(line.slice(0, 3000))?.[1];
      if (address !== undefined) sayIndex(list, address, where);
      const named = isLock ? null : (match ?? namedParts(line.slice(0, 3000)));
      const found = isLock ? match : named;
      if (found === null) continue;
      const [group = '', artifact = '', version = ''] = isLock ? found.slice(1) : found.slice(2);
      const configuration = isLock ? (found[4] ?? '') : (found[1] ?? '');
      const isRange = version === '' || /[[(+,$]/.test(version);
      const scope = /test/i.test(configuration) && !/(?:^|,)runtimeClasspath/.test(configuration) ? 'development' : 'runtime';
      list.add(
        {
          ecosystem: 'Maven',
          name: `${group}:${artifact}`,
          version: isRange ? null : version,
          requirement: isRange && version !== '' ? version : null,
          scope,
          relation: isLock ? 'unknown' : 'direct',
        },
        where,
      );
    }
  }),
});

/** `group: 'g', name: 'n', version: 'v'`, in Kotlin with `=`. @returns as the short form would match. */
function namedParts(line: string): (string | undefined)[] | null {
  const configuration = opened.exec(line);
  if (configuration === null) return null;
  const part = (key: string): string | undefined =>
    new RegExp(`\\b${key}\\s{0,3}[:=]\\s{0,3}["']([A-Za-z0-9_.+[(,\\])\\-$ {}]{1,150})["']`).exec(line)?.[1];
  const group = part('group');
  const name = part('name');
  return group === undefined || name === undefined ? null : [line, configuration[1], group, name, part('version')];
}
