/** Settings of DVC: remotes that data and models come from. @source DVC documentation, "dvc config". */
import { defineDocument } from '../engine/document.ts';
import { linesOf } from '../packages/package-list.ts';
import { noteInto } from './pipeline-practice.ts';

export default defineDocument({
  format: 'dvc-config',
  role: 'config',
  syntaxes: ['text'],
  paths: /(^|\/)\.dvc\/config(\.local)?$/,
  is: () => true,
  read: ({ text, placeAt }, draft) => {
    const note = noteInto(draft, 'pipeline');
    for (const { text: line, offset } of linesOf(text)) {
      const [, key = '', value = ''] = /^\s*([a-z_]{1,40})\s*=\s*(.{1,2000})$/.exec(line) ?? [];
      const where = placeAt(offset, line.length);
      if (key === 'url' && /^["']?http:\/\/(?!localhost|127\.)/.test(value))
        note({
          code: 'plain-http-data',
          detail: 'Data comes from a remote over http: anyone on the way can change it.',
          text: line,
          where,
        });
      if (key === 'ssl_verify' && /^false\b/i.test(value))
        note({ code: 'certificate-check-off', detail: 'Turns off the check of the remote’s certificate.', text: line, where });
    }
  },
});
