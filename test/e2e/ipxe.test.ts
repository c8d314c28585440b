/** The iPXE view in a browser: from a template to a file for a stick, and from the editor to a machine on the bench. */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: iPXE writes its own settings as ${…}
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { buildIpxe } from '../../main/ipxe/build.ts';
import { openPrograms } from '../../main/ipxe/programs.ts';
import { boot } from '../lab/boards.ts';
import { type Lab, withLab } from '../lab/lab.ts';
import { withApp } from './app.ts';

const MAC = '52:54:00:be:00:01';

/** The person's own folder is the lab's root. */
function addLibrary(lab: Lab, files: Readonly<Record<string, number>> = {}): string {
  const library = join(lab.state, 'Benchboot');
  symlinkSync(lab.root, library);
  for (const [name, size] of Object.entries(files)) {
    mkdirSync(dirname(join(lab.root, name)), { recursive: true });
    writeFileSync(join(lab.root, name), Buffer.alloc(size));
  }
  return library;
}

const programs = () => openPrograms(new URL('../../resources/ipxe', import.meta.url).pathname);

const editorOf = (page: Page, name: string) => page.getByRole('textbox', { name: `Script ${name}` });

/** Puts a text in place of everything in the editor, as a paste does. */
async function writeScript(page: Page, name: string, text: string): Promise<void> {
  await editorOf(page, name).click();
  await page.keyboard.press('Control+a');
  await page.keyboard.press('Delete');
  await page.keyboard.insertText(text);
}

describe('a person who never saw iPXE', () => {
  it('gets a file for AlmaLinux without a hand, with a kickstart for every machine, in a few clicks', async () => {
    await withLab({ address: 'none' }, async lab => {
      const library = addLibrary(lab, {
        'almalinux/images/pxeboot/vmlinuz': 14_000_000,
        'almalinux/images/pxeboot/initrd.img': 30_000_000,
        'almalinux/.treeinfo': 10,
      });
      await withApp(lab, async ({ page, faults }) => {
        await page.getByRole('link', { name: 'iPXE' }).click();
        await page.getByRole('link', { name: /^AlmaLinux/ }).click();
        const dryRun = page.getByRole('region', { name: 'Dry run' });
        await dryRun.getByText('/almalinux/images/pxeboot/vmlinuz', { exact: true }).waitFor();
        await dryRun.getByText('14.0 MB, 0.1 s').waitFor();
        await page.getByRole('button', { name: 'Make this script' }).click();
        await editorOf(page, 'almalinux').waitFor();
        expect(readFileSync(join(library, 'kickstart/default.cfg'), 'utf8')).toContain('hostname=node-{{mac-dashes}}');
        // The kickstart for this machine is made from the one for all.
        await dryRun.getByText('/kickstart/52-54-00-00-00-01.cfg').first().waitFor();
        await dryRun.getByText('Served').nth(2).waitFor();
        expect(await dryRun.getByText('Missing').count()).toBe(0);

        await page.getByRole('button', { name: 'Build', exact: true }).click();
        const drawer = page.getByRole('complementary', { name: 'Which file do I need?' });
        await drawer.getByRole('button', { name: 'Build disk.img' }).waitFor();
        await drawer.getByRole('radio', { name: /^Over the network/ }).check();
        await drawer.getByLabel('Which firmware does it have?').first().click();
        await page.getByRole('option', { name: /^UEFI on x64/ }).click();
        await drawer.getByRole('button', { name: 'Build ipxe.efi' }).click();
        const download = page.waitForEvent('download');
        await drawer.getByRole('button', { name: 'Download ipxe.efi' }).click();
        const file = readFileSync(await (await download).path());

        const text = readFileSync(join(library, 'scripts/almalinux.ipxe'), 'utf8');
        const { bytes } = await buildIpxe(
          { target: 'ipxe.efi', script: { name: 'almalinux', text } },
          await programs(),
        );
        expect(file.equals(bytes)).toBe(true);
        expect(text).toContain('inst.ks=${base}/kickstart/${netX/mac:hexhyp}.cfg');

        // The same for a stick goes to the flasher, which knows what it is.
        await drawer.getByRole('radio', { name: /^From a USB stick/ }).check();
        await drawer.getByRole('button', { name: 'Build disk.img' }).click();
        await drawer.getByRole('button', { name: 'Write to a stick' }).click();
        await page.getByText('almalinux disk.img').first().waitFor();
        expect(faults).toEqual([]);
      });
    });
  });
});

describe('the editor', () => {
  it('marks what will not work, mends it, keeps what is typed, and gives it to the machine at its next boot', async () => {
    await withLab({ address: 'none' }, async lab => {
      const library = addLibrary(lab);
      await withApp(lab, async ({ page, faults }) => {
        await page.getByRole('link', { name: 'iPXE' }).click();
        await page.getByRole('button', { name: 'Write your own' }).click();
        await writeScript(page, 'script', '#!ipxe\necko FROM-THE-EDITOR ${net0/mac}\nshell\n');
        const dryRun = page.getByRole('region', { name: 'Dry run' });
        await dryRun.getByText('It fails').waitFor();
        await page.getByRole('button', { name: 'Write echo' }).click();
        await dryRun.getByText('It ends in the iPXE shell').waitFor();
        await page.getByText('Nothing to say against it').waitFor();

        // Nothing that was typed is lost with the window, and nothing is in the file that was not saved.
        await page.getByText('Not saved').first().waitFor();
        expect(readFileSync(join(library, 'scripts/script.ipxe'), 'utf8')).not.toContain('FROM-THE-EDITOR');
        await page.reload();
        await editorOf(page, 'script').getByText('FROM-THE-EDITOR').waitFor();
        await page.getByText('Not saved').first().waitFor();

        // Chosen before anything is served; serving saves.
        await page.getByRole('button', { name: 'Serve', exact: true }).click();
        await page.getByRole('button', { name: 'Give it this one: Every machine' }).click();
        await page.getByText('Gets this script').waitFor();
        expect(readFileSync(join(library, 'scripts/script.ipxe'), 'utf8')).toContain('echo FROM-THE-EDITOR');
        await page.getByRole('link', { name: 'Bench', exact: true }).click();
        await page.getByRole('button', { name: 'Start serving' }).click();
        await page.getByRole('button', { name: 'Stop' }).waitFor();
        await boot(lab, 'bios', { mac: MAC, wait: new RegExp(`FROM-THE-EDITOR ${MAC}`) });

        // Saving another text is enough: the next boot gets it, nothing is restarted.
        await page.getByRole('link', { name: 'iPXE' }).click();
        await page.getByRole('link', { name: /^script/ }).click();
        await writeScript(page, 'script', '#!ipxe\necho CHANGED-SINCE ${net0/mac}\nshell\n');
        await page.keyboard.press('Control+s');
        await page.getByText('Not saved').first().waitFor({ state: 'detached' });
        await boot(lab, 'bios', { mac: MAC, wait: new RegExp(`CHANGED-SINCE ${MAC}`) });
        await page.getByRole('button', { name: 'Serve', exact: true }).click();
        await page.getByRole('complementary').getByText('given', { exact: false }).last().waitFor();
        expect(faults).toEqual([]);
      });
    });
  });
});
