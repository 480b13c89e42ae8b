/** Licences as CycloneDX wants them: an SPDX id, one expression, or a name. */
import parseSpdx from 'spdx-expression-parse';
import type { BomLicence } from './bom.ts';

type Entry = Readonly<Record<string, unknown>>;

/**
 * @returns a list that is valid in 1.6, where an expression must stand alone; several of which one is an expression become names.
 */
export function cyclonedxLicences(licences: readonly BomLicence[]): Entry[] {
  const known = licences.map((licence) => ({ ...licence, kind: kindOf(licence.expression) }));
  const [only] = known;
  if (known.length === 1 && only?.kind === 'expression') return [{ expression: only.expression, acknowledgement: only.acknowledgement }];
  const seen = new Set<string>();
  return known.flatMap(({ expression, acknowledgement, kind }) => {
    if (seen.has(expression)) return [];
    seen.add(expression);
    return [{ license: { ...(kind === 'id' ? { id: expression } : { name: expression }), acknowledgement } }];
  });
}

function kindOf(text: string): 'id' | 'expression' | 'name' {
  try {
    const parsed = parseSpdx(text);
    if ('conjunction' in parsed) return 'expression';
    const plain = parsed.license === text && !('plus' in parsed) && !('exception' in parsed) && !text.startsWith('LicenseRef-');
    return plain ? 'id' : 'expression';
  } catch {
    // No SPDX expression: a name as the author wrote it.
    return 'name';
  }
}
