/** Builds the kit gallery, for looking at components only; it is not part of the product. */
import { join } from 'node:path';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  root: import.meta.dirname,
  publicDir: '../../src/apps/web/public',
  plugins: [react(), tailwindcss()],
  resolve: { alias: { 'react-remove-scroll': join(import.meta.dirname, '../../src/apps/web/no-scroll-lock.tsx') } },
  build: { emptyOutDir: true, assetsInlineLimit: 0, modulePreload: { polyfill: false }, reportCompressedSize: false },
});
