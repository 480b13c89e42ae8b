/** One thing the house does not accept, and where. */
export type Complaint = { readonly path: string; readonly line: number | null; readonly says: string };

export function printComplaint({ path, line, says }: Complaint): string {
  return `${path}${line === null ? '' : `:${line}`}  ${says}`;
}

/** Tests, benches and what they share (test-*.ts, testing/): they prove the code and are not shipped. */
export function isProof(path: string): boolean {
  return /\.(test|bench)\.tsx?$|\/test-[^/]+\.ts$|\/testing\/|^test\//.test(path);
}
