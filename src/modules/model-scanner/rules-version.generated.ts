// Written by npm run generate. Do not edit.

export const rulesVersion = '4f811f2858df9a81';
