/** What one check said about one thing: the shape every scanner, connector and importer speaks. */
import { z } from 'zod';
import { Mark, Severity } from './severity.ts';

/** Where in an artefact: container path from the outside in, then bytes. Prints as `a.tar.gz!m.pt!archive/data.pkl@0x1f`. */
export const Where = z.object({
  containerPath: z.array(z.string().max(4096)).max(32),
  offset: z.int().min(0).nullable(),
  length: z.int().min(0).nullable(),
  opcodeIndex: z.int().min(0).optional(),
  line: z.int().min(1).optional(),
});
export type Where = z.infer<typeof Where>;

export const effects = ['exec', 'fs-read', 'fs-write', 'net', 'native-load', 'nested-load', 'dos', 'none'] as const;
export const Effect = z.enum(effects);
export type Effect = z.infer<typeof Effect>;

export const Finding = z.object({
  ruleId: z.string().min(1).max(120),
  title: z.string().min(1).max(300).describe('One sentence: what happens, in words.'),
  severity: Severity,
  axis: z.enum(['effect', 'integrity', 'posture']),
  effect: Effect.optional(),
  certainty: z.enum(['proved', 'possible', 'unknown']),
  why: z.string().max(4000).describe('What would happen on load and why we know.'),
  where: Where,
  evidence: z.string().max(4000).describe('Decompiled call or quoted bytes; escaped and redacted.'),
  fingerprint: z.string().length(64).describe('SHA-256 over rule, container path and evidence: survives a moved file.'),
  references: z.array(z.string().max(80)).max(40).describe('CWE, CVE, ATLAS and OWASP ids.'),
  remedy: z.string().max(2000),
  mark: Mark,
});
export type Finding = z.infer<typeof Finding>;
