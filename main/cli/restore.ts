/** `benchboot restore`: undoes what a crashed run left on this laptop. */

import { localEngine } from '../local-engine.ts';
import { command } from './command.ts';

export const restore = command({
  words: 'restore',
  summary: 'undo what a crashed run left on this laptop',
  flags: {},
  async run(_values, _operands, output) {
    const { undone, failed } = await localEngine().restore();
    for (const message of undone) {
      output.record({ type: 'restored', ok: true, message });
      output.line(message);
    }
    for (const message of failed) {
      output.record({ type: 'restored', ok: false, message });
      output.log(message);
    }
    if (undone.length + failed.length === 0) {
      output.record({ type: 'restored', ok: true, message: 'nothing was left' });
      const isRoot = process.getuid?.() === 0 || process.platform === 'win32';
      output.line(
        isRoot
          ? 'Nothing was left to undo; this laptop is as it was.'
          : 'Nothing was left to undo by this user; what a run as root left, `sudo benchboot restore` undoes.',
      );
    }
    return failed.length > 0 ? 1 : 0;
  },
});
