// Written by npm run generate. Do not edit.

export const rulesVersion = '2d69fb1f6e9f8520';
