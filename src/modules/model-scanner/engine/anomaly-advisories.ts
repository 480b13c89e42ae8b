/** Published advisories by the code of an anomaly: what was exploited with exactly this breach of a format. */

const advisories: ReadonlyMap<string, readonly string[]> = new Map([
  ['zip-name-mismatch', ['CVE-2025-1944']],
  ['zip-false-encryption', ['CVE-2025-1945']],
  ['zip-flag-mismatch', ['CVE-2025-1945']],
  ['zip-bad-crc', ['CVE-2025-10156']],
  ['torch-storage-size', ['CVE-2026-24747']],
  ['gguf-counts', ['CVE-2024-21836', 'CVE-2024-23605', 'CVE-2024-39720']],
  ['gguf-array', ['CVE-2024-21825']],
  ['gguf-text', ['CVE-2024-23496']],
  ['gguf-key', ['CVE-2024-23496']],
  ['gguf-dimensions', ['CVE-2024-21802']],
  ['gguf-overflow', ['CVE-2024-21802', 'CVE-2025-53630', 'CVE-2026-27940', 'CVE-2024-21836']],
  ['gguf-impossible', ['CVE-2024-21825', 'CVE-2024-21836', 'CVE-2024-23496', 'CVE-2024-23605']],
  ['gguf-out-of-bounds', ['CVE-2024-39720']],
  ['gguf-token-length', ['CVE-2025-49847', 'CVE-2025-52566']],
  ['onnx-external-key', ['CVE-2026-34445']],
  ['manifest-digest-path', ['CVE-2024-37032']],
  ['hdf5-shape', ['CVE-2026-0897', 'CVE-2026-12570']],
]);

/** @returns ids in the form `CVE-2024-21825`; none when nobody published one. */
export function anomalyAdvisories(code: string): readonly string[] {
  return advisories.get(code) ?? [];
}
