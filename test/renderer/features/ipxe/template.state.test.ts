/** Forms of templates in the window: no password in clear is looked at, and which files come. */
import { describe, expect, it } from 'vitest';
import { renderTemplate, TEMPLATES } from '../../../../main/ipxe/script/index.ts';
import { comingPaths, typedPasswords, withoutPasswords } from '../../../../renderer/features/ipxe/template.state.ts';

const [ALMALINUX] = TEMPLATES;
const { fields } = ALMALINUX!;

describe('a password', () => {
  it('that is typed is hashed later: until then nothing has it', () => {
    const values = { password: 'correct horse', disk: 'sda' };
    expect(typedPasswords(fields, values).map(({ name }) => name)).toEqual(['password']);
    const result = renderTemplate(ALMALINUX!, withoutPasswords(fields, values));
    expect(result).toMatchObject({ ok: true, advice: [] });
    expect(JSON.stringify(result)).not.toContain('correct horse');
    expect(JSON.stringify(result)).toContain('ignoredisk --only-use=sda');
  });

  it('that is a hash, or none, stays as it is', () => {
    for (const password of ['', '$6$salt$hash', '$y$j9T$salt$hash']) {
      expect(typedPasswords(fields, { password })).toEqual([]);
      expect(withoutPasswords(fields, { password })).toEqual({ password });
    }
  });
});

it('files come under the name that the machine asks for', () => {
  const result = renderTemplate(ALMALINUX!, { answers: '/kickstart-{mac}.cfg' });
  if (!result.ok) throw new Error('the form is in order');
  expect(result.files.map(({ name }) => name)).toEqual(['kickstart-default.cfg']);
  expect(comingPaths(result.files, '52:54:00:be:06:01')).toEqual(['/kickstart-52-54-00-be-06-01.cfg']);
});
