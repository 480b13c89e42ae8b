/** The catalog of secrets as plain data for worker threads. */
import { z } from 'zod';
import { loadCatalogFolder } from '../../../platform/catalog.ts';
import type { SecretTable } from './secret-table.ts';

const examples = z.strictObject({ match: z.array(z.string()), miss: z.array(z.string()).min(1) });
const ShapeDocument = z.strictObject({
  secrets: z
    .array(
      z.strictObject({
        id: z.string(),
        title: z.string(),
        prefix: z.string().min(2),
        pattern: z.string(),
        minEntropy: z.number().min(0).max(6),
        checksum: z.enum(['crc32-base62']).optional(),
        structure: z.enum(['json-web-token']).optional(),
        certainty: z.enum(['possible']).optional(),
        examples,
      }),
    )
    .min(1),
});
const NameDocument = z.strictObject({
  secrets: z
    .array(
      z.strictObject({
        id: z.string(),
        title: z.string(),
        names: z.array(z.string().regex(/^[a-z0-9_]+$/)).min(1),
        value: z.string(),
        minEntropy: z.number().min(0).max(6),
        structure: z.enum(['user-and-password']).optional(),
        examples,
      }),
    )
    .min(1),
});

export type SecretExamples = { readonly id: string; readonly match: readonly string[]; readonly miss: readonly string[] };

/**
 * @returns the table, and the examples of every entry for the test: whole lines that hold the secret, and look-alikes.
 * @throws the schema's error when an entry is broken.
 */
export function loadSecretTable(): { readonly table: SecretTable; readonly examples: readonly SecretExamples[] } {
  const shapes = [...loadCatalogFolder('secrets', z.unknown()).values()].flatMap((file) => ShapeDocument.parse(file).secrets);
  const names = [...loadCatalogFolder('secret-names', z.unknown()).values()].flatMap((file) => NameDocument.parse(file).secrets);
  return {
    table: {
      shapes: shapes.map(({ examples: _, ...shape }) => shape),
      names: names.map(({ examples: _, ...name }) => name),
    },
    examples: [
      ...shapes.map(({ id, prefix, examples: { match, miss } }) => ({
        id,
        match: match.map((rest) => `key = "${prefix}${rest}"`),
        miss: miss.map((text) => `key = "${text}"`),
      })),
      ...names.map(({ id, examples: { match, miss } }) => ({ id, match, miss })),
    ],
  };
}
