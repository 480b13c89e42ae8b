/** Data integrity on the product side: assessments, rules, baselines, monitors, alerts and reports. The engine is the slice data-quality. */
export * from './alerts/alert-contract.ts';
export * from './assessments/assessment-contract.ts';
export * from './baselines/baseline-contract.ts';
export * from './configuration/config-contract.ts';
export * from './groups/group-contract.ts';
export * from './monitors/monitor-contract.ts';
export * from './rules/rule-contract.ts';
export * from './series/series-contract.ts';
export * from './sources/connection-contract.ts';
export * from './sources/source-contract.ts';
