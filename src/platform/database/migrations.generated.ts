// Written by npm run generate.
export const migrations = [
  { slice: 'platform', name: '0001_platform', sha256: '399edd34fe336ffcdfc767174aff15d38bfec25008640ebde0abd32e9c2a77d1', path: 'src/platform/database/migrations/0001_platform.sql' },
] as const;
