// Written by npm run generate. Do not edit.
export const migrations = [
  { slice: 'platform', name: '0001_platform', sha256: '855922a77e38aab4db56992cf3e7e01f194e003d9002265e46dab7a66783462c', path: 'src/platform/database/migrations/0001_platform.sql' },
  { slice: 'platform', name: '0002_events', sha256: '7715c87bb74ebe58c166e2c7ac0699d096b4e9e0d41d80385a7bbdbeff4d5a8a', path: 'src/platform/database/migrations/0002_events.sql' },
  { slice: 'advisories', name: '0001_advisories', sha256: '75d804dcf0ed26753c0abf08ea613f1dd44d21d8e6f0f28aa6effa5884a9e966', path: 'src/modules/advisories/migrations/0001_advisories.sql' },
  { slice: 'advisories', name: '0002_import_job', sha256: '897c9d24b403b09f7d93d7fb5cd8490cdb89ff69fe7fa043f6c8dc81baae6304', path: 'src/modules/advisories/migrations/0002_import_job.sql' },
  { slice: 'ai-assets', name: '0001_ai_assets', sha256: '35ba39d66a8dfbda38a2ce30cbc7a75c0bf617c05638bc621b473b9f8ecfc40c', path: 'src/modules/ai-assets/migrations/0001_ai_assets.sql' },
  { slice: 'audit-logs', name: '0001_audit_logs', sha256: '3470cd33f2a42f5f7c0433e1313c549318d92aef3dbba8c5dfdd6076e34fad26', path: 'src/modules/audit-logs/migrations/0001_audit_logs.sql' },
  { slice: 'discovery', name: '0001_discovery', sha256: 'cc09bde65e80030236b6bab82f071ed3eb5a1bacf0aa3122a4d5524cb209b61d', path: 'src/modules/discovery/migrations/0001_discovery.sql' },
  { slice: 'identity', name: '0001_identity', sha256: 'fb58052379c5ab4e4107e84e853336f6c7dfb5203659c1ae084cb9a998887f41', path: 'src/modules/identity/migrations/0001_identity.sql' },
  { slice: 'model-scanner', name: '0001_model_scanner', sha256: 'b6fa1f516711ed0e10f38b59b497e36ff9d7bbd2f5bdf01142cb0d97a1806a2b', path: 'src/modules/model-scanner/migrations/0001_model_scanner.sql' },
  { slice: 'model-scanner', name: '0002_components', sha256: 'd082604d42c998da809e7986016893163baef01bd691fa167a9556981342fe88', path: 'src/modules/model-scanner/migrations/0002_components.sql' },
  { slice: 'model-scanner', name: '0003_sources', sha256: 'a97a26b7e9b2411d26937c9b213c5e7dbf7ccedadba860f7696d623d9b885e9d', path: 'src/modules/model-scanner/migrations/0003_sources.sql' },
  { slice: 'risk', name: '0001_risk', sha256: '3e0a14a1ca41d37425f48523b4c2755872fbdc28778dbd7a441e71eb990954f8', path: 'src/modules/risk/migrations/0001_risk.sql' },
  { slice: 'security-alerts', name: '0001_security_alerts', sha256: 'b01002b41080e145f3b3519912a6ba85de3cfb7d546d4122c77eaba61c98c7e5', path: 'src/modules/security-alerts/migrations/0001_security_alerts.sql' },
  { slice: 'vulnerabilities', name: '0001_vulnerabilities', sha256: '0fe22f0647a950ce7c165ae4b824e33743fa12a124960031a7cba23f415675b5', path: 'src/modules/vulnerabilities/migrations/0001_vulnerabilities.sql' },
  { slice: 'vulnerabilities', name: '0002_word_beside', sha256: '524fb95469b2604b0fff3b052ad3e3319d1a582b5ffcfd47074f829c6537857f', path: 'src/modules/vulnerabilities/migrations/0002_word_beside.sql' },
] as const;
