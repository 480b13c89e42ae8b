// Written by npm run generate. Do not edit.

export const rulesVersion = 'de065e2573b9fc9a';
