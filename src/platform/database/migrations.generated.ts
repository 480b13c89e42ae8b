// Written by npm run generate. Do not edit.
export const migrations = [
  { slice: 'platform', name: '0001_platform', sha256: '399edd34fe336ffcdfc767174aff15d38bfec25008640ebde0abd32e9c2a77d1', path: 'src/platform/database/migrations/0001_platform.sql' },
  { slice: 'platform', name: '0002_events', sha256: '7715c87bb74ebe58c166e2c7ac0699d096b4e9e0d41d80385a7bbdbeff4d5a8a', path: 'src/platform/database/migrations/0002_events.sql' },
  { slice: 'audit-logs', name: '0001_audit_logs', sha256: 'b0f8c564900251986bfb6a1c49bd409473983f5bf8837fa8615feee443e8ab92', path: 'src/modules/audit-logs/migrations/0001_audit_logs.sql' },
  { slice: 'identity', name: '0001_identity', sha256: 'fb58052379c5ab4e4107e84e853336f6c7dfb5203659c1ae084cb9a998887f41', path: 'src/modules/identity/migrations/0001_identity.sql' },
  { slice: 'model-scanner', name: '0001_model_scanner', sha256: 'b6fa1f516711ed0e10f38b59b497e36ff9d7bbd2f5bdf01142cb0d97a1806a2b', path: 'src/modules/model-scanner/migrations/0001_model_scanner.sql' },
  { slice: 'vulnerabilities', name: '0001_vulnerabilities', sha256: '018432d29797478684fe10e3b00109c38fc291a24d71d25d9179fcbd149c9812', path: 'src/modules/vulnerabilities/migrations/0001_vulnerabilities.sql' },
] as const;
