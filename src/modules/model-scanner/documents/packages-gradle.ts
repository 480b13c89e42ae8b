/** gradle.lockfile, and the plain notation in build.gradle and build.gradle.kts; what scripts compute is not seen. */
import { defineDocument } from '../engine/document.ts';
import { isOwnList, linesOf, readList } from '../packages/package-list.ts';
import { sayIndex } from '../packages/source-practice.ts';

const coordinates = '([A-Za-z0-9_.-]{1,150}):([A-Za-z0-9_.-]{1,150}):([A-Za-z0-9_.+[(,\\])-]{1,100})';
const locked = new RegExp(`^${coordinates}=(.{0,2000})$`);
const written = new RegExp(
  `\\b(\\w*(?:[iI]mplementation|api|[cC]ompile|[cC]ompileOnly|[rR]untimeOnly|classpath|[aA]nnotationProcessor|kapt|platform))\\b[\\s(]*(?:platform\\()?["']${coordinates}(?:[@:][^"']{0,100})?["']`,
);

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
      if (match === null) continue;
      const [group = '', artifact = '', version = ''] = isLock ? match.slice(1) : match.slice(2);
      const configuration = isLock ? (match[4] ?? '') : (match[1] ?? '');
      const isRange = /[[(+,]/.test(version);
      const scope = /test/i.test(configuration) && !/(?:^|,)runtimeClasspath/.test(configuration) ? 'development' : 'runtime';
      list.add(
        {
          ecosystem: 'Maven',
          name: `${group}:${artifact}`,
          version: isRange ? null : version,
          requirement: isRange ? version : null,
          scope,
          relation: isLock ? 'unknown' : 'direct',
        },
        where,
      );
    }
  }),
});
