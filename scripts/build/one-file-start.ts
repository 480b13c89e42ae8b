/** The few lines that start a prepared script: plain JavaScript, read by `require`, the same for threads and for the command. */

/** The script as the body of a function, as `startText` takes it: put together here, each start would hold it twice. */
export function scriptText(code: string): string {
  return `(function(module,exports,require,placeOf,keepPreparedCode){${code}\n})`;
}

/**
 * Its exports are those of the script, and `keepPreparedCode`, which writes the code of every function compiled so far: the next start
 * need not compile them. V8 refuses code of another version or another source, and then it is written anew.
 * @param name of the file `<name>.js` beside it, a `scriptText`, whose content its name tells: code of another content is never taken for its own.
 */
export function startText(name: string): string {
  return `'use strict';
const { readFileSync, renameSync, writeFileSync } = require('node:fs');
const { Script, constants } = require('node:vm');
const { pathToFileURL } = require('node:url');
const file = __dirname + ${JSON.stringify(`/${name}.js`)};
// V8 refuses code that was compiled under other flags: each has its own, or two that take turns would compile everything each time.
const flags = require('node:v8').cachedDataVersionTag().toString(16);
const kept = __dirname + ${JSON.stringify(`/${name}.`)} + process.version + '-' + process.arch + '-' + flags;
const root = __dirname + '/../../../';
const placeOf = { url: (place) => pathToFileURL(root + place).href, dirname: (place) => require('node:path').join(root, place, '..') };
// Parts of Node that take longer to load than a small file to scan, and that many a scan never uses.
const late = new Set(['node:crypto', 'node:zlib']);
const lateModule = (name) => {
  let loaded;
  return new Proxy({}, { get: (_, word) => (loaded ??= require(name))[word] });
};
let cachedData;
try {
  cachedData = readFileSync(kept);
} catch {}
const script = new Script(readFileSync(file, 'latin1'), {
  filename: file,
  cachedData,
  importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
});
const isKept = cachedData !== undefined && !script.cachedDataRejected;
// Two megabytes that nobody needs any more.
cachedData = undefined;
function keepPreparedCode() {
  if (isKept) return;
  try {
    const aside = kept + '.' + process.pid;
    writeFileSync(aside, script.createCachedData());
    renameSync(aside, kept);
  } catch {}
}
script.runInThisContext()(module, module.exports, (name) => (late.has(name) ? lateModule(name) : require(name)), placeOf, keepPreparedCode);
module.exports.keepPreparedCode = keepPreparedCode;
`;
}
