/** Ids of weaknesses and techniques, each a link to whoever keeps it. The ids are the rules' own, never a file's. */
const places: readonly (readonly [RegExp, (id: string) => string])[] = [
  [/^CWE-(\d{1,5})$/, (id) => `https://cwe.mitre.org/data/definitions/${id.slice(4)}.html`],
  [/^CVE-\d{4}-\d{4,}$/, (id) => `https://www.cve.org/CVERecord?id=${id}`],
  [/^GHSA(?:-[0-9a-z]{4}){3}$/i, (id) => `https://github.com/advisories/${id}`],
  [/^AML\.T\d{4}(?:\.\d{3})?$/, (id) => `https://atlas.mitre.org/techniques/${id}`],
  [/^LLM\d{2}:2025$/, () => 'https://genai.owasp.org/llm-top-10/'],
];

function placeOf(id: string): string | null {
  const found = places.find(([form]) => form.test(id));
  return found === undefined ? null : found[1](id);
}

export function References({ ids }: { ids: readonly string[] }) {
  if (ids.length === 0) return null;
  return (
    <ul aria-label="References" className="mt-1.5 flex flex-wrap gap-x-3 gap-y-1">
      {ids.map((id) => {
        const place = placeOf(id);
        return (
          <li key={id} className="mono text-code">
            {place === null ? (
              id
            ) : (
              <a
                href={place}
                target="_blank"
                rel="noreferrer noopener"
                className="rounded-tag text-accent-ink underline decoration-line-strong underline-offset-3 hover:decoration-solid"
              >
                {id}
              </a>
            )}
          </li>
        );
      })}
    </ul>
  );
}
