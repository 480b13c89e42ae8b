/** Data integrity on the product side: assessments, rules, baselines, monitors, alerts and reports. The engine is the slice data-quality. */
export * from './alert-contract.ts';
export * from './assessment-contract.ts';
export * from './baseline-contract.ts';
export * from './config-contract.ts';
export * from './connection-contract.ts';
export * from './monitor-contract.ts';
export * from './rule-contract.ts';
export * from './series-contract.ts';
export * from './source-contract.ts';
