/** One requirement of PEP 508, or a direct reference, taken apart. */

export type Requirement = {
  readonly name: string;
  /** `==1.2` exactly: the pinned version. */
  readonly version: string | null;
  /** As written, without extras and markers; '' for none. */
  readonly specifier: string;
  readonly url: string | null;
  readonly marker: string | null;
};

const nameShape = /^([A-Za-z0-9](?:[A-Za-z0-9._-]{0,212}[A-Za-z0-9])?)\s*(?:\[[^\]]{0,500}\])?\s*/;

/**
 * @param text `requests[security]>=2.8,<3 ; python_version < "3.8"` or `name @ https://…`.
 * @returns null when no package name begins it.
 * @source PEP 508. Pure; O(length).
 */
export function parseRequirement(text: string): Requirement | null {
  const head = nameShape.exec(text.slice(0, 2000));
  if (head === null) return null;
  const name = head[1] ?? '';
  const rest = text.slice(head[0].length);
  if (rest.startsWith('@')) {
    const [url = '', ...marker] = rest
      .slice(1)
      .trim()
      .split(/\s+;|;\s+/);
    return { name, version: null, specifier: '', url: url.trim(), marker: marker.join(';').trim() || null };
  }
  const at = rest.indexOf(';');
  const specifier = (at < 0 ? rest : rest.slice(0, at))
    .trim()
    .replace(/^\((.*)\)$/, '$1')
    .trim();
  if (specifier !== '' && !/^(?:[<>=!~]=?|===)/.test(specifier)) return null;
  return { name, version: pinned(specifier), specifier, url: null, marker: at < 0 ? null : rest.slice(at + 1).trim() };
}

function pinned(specifier: string): string | null {
  const match = /^={2,3}\s*([A-Za-z0-9.!+_-]{1,150})$/.exec(specifier);
  return match === null || match[1]?.endsWith('.*') ? null : (match[1] ?? null);
}

const commit = /@([0-9a-f]{40}|[0-9a-f]{64})(?:#|$)/i;
export type Reference = {
  readonly kind: 'vcs' | 'url' | 'path';
  readonly commit: string | null;
  readonly digest: string | null;
  readonly egg: string | null;
};

/** `git+https://host/x@commit#egg=name`, `https://host/x.whl#sha256=…`, `./folder`. Pure. */
export function parseReference(text: string): Reference | null {
  const fragment = text.includes('#') ? text.slice(text.indexOf('#') + 1) : '';
  const egg = /(?:^|&)egg=([A-Za-z0-9._-]{1,200})/.exec(fragment)?.[1] ?? null;
  const digest = /(?:^|&)(sha(?:256|384|512))=([0-9a-f]{64,128})/i.exec(fragment);
  const known = digest === null ? null : `${digest[1]}:${digest[2]}`;
  if (/^(?:git|hg|svn|bzr)\+/i.test(text)) return { kind: 'vcs', commit: commit.exec(text)?.[1] ?? null, digest: known, egg };
  if (/^(?:https?|ftp):\/\//i.test(text)) return { kind: 'url', commit: null, digest: known, egg };
  if (/^(?:\.{1,2}[\\/]|[\\/]|[A-Za-z]:[\\/]|file:)/i.test(text) || /\.(?:whl|zip|tar\.gz|tgz|tar\.bz2)$/i.test(text))
    return { kind: 'path', commit: null, digest: known, egg };
  return null;
}

export type NamedFile = { readonly name: string; readonly version: string | null };

/**
 * `torch-2.1.0-cp310-….whl` and `acme-1.0.tar.gz` tell name and version, `https://host/owner/name.git` a name; a folder tells nothing.
 * @source PEP 427 and PEP 625, "File name". Pure; O(length).
 */
export function namedFile(address: string): NamedFile | null {
  const path = address.replace(/[#?].*$/s, '').replace(/@[^/]*$/, '');
  const last = decoded(path.slice(path.lastIndexOf('/') + 1));
  const wheel = /^([A-Za-z0-9._]{1,200})-([^-]{1,100})(?:-[^-]+){2,4}\.whl$/.exec(last);
  const archive = wheel ?? /^([A-Za-z0-9._-]{1,200}?)-(\d[^-]{0,100}?)\.(?:zip|tar\.gz|tgz|tar\.bz2)$/.exec(last);
  if (archive !== null)
    return { name: archive[1] ?? '', version: /^[A-Za-z0-9.!+_]+$/.test(archive[2] ?? '') ? (archive[2] ?? null) : null };
  const repository = /^(?:git|hg|svn|bzr)\+/i.test(address) ? last.replace(/\.git$/, '') : '';
  return repository === '' ? null : { name: repository, version: null };
}

/** `%2B` is the only sign that file names of packages need. */
function decoded(name: string): string {
  return name.replace(/%2B/gi, '+');
}
