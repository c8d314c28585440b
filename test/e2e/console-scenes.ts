/** Consoles in the states that are looked at: none, a boot under way, four blades, octets, dialogs, a cluster box. */

import { READY_MADE } from '../../main/console/expect/ready-made.ts';
import type { Handlers } from '../../main/contract/calls.ts';
import type { BoxView, ConsoleView } from '../../main/contract/views.ts';
import type { SerialPortInfo } from '../../main/host/host.ts';
import type { Scene } from './scenes.ts';
import type { ScriptedViews } from './scripted-engine.ts';

const ago = (seconds: number): number => Date.now() - seconds * 1000;

const LINE = {
  baudRate: 1_500_000,
  dataBits: 8,
  parity: 'none',
  stopBits: 1,
  flowControl: 'none',
  appliedBaudRate: 1_500_000,
} as const;

const consoleAt = (id: string, more: Partial<ConsoleView>): ConsoleView => ({
  id,
  name: `/dev/ttyUSB${id}`,
  target: `/dev/ttyUSB${id}`,
  openedAt: ago(600 - Number(id)),
  state: { phase: 'open', since: ago(500) },
  line: LINE,
  markers: [],
  story: { boot: 1, stages: [], hints: [], owner: undefined },
  log: {
    text: `/home/maria/.local/state/benchboot/consoles/2026-11-21-ttyUSB${id}.log`,
    raw: `/home/maria/.local/state/benchboot/consoles/2026-11-21-ttyUSB${id}.raw`,
  },
  job: undefined,
  ...more,
});

const stages = (
  ...steps: readonly (readonly [NonNullable<ConsoleView['story']>['stages'][number]['stage'], string, number])[]
) => steps.map(([stage, by, seconds]) => ({ stage, by, at: ago(seconds) }));

const BOOT = stages(
  ['ddr', 'DDR V1.11', 32],
  ['spl', 'U-Boot SPL 2017.09', 31.6],
  ['tfa', 'TF-A BL31 v2.3', 31.1],
  ['uboot', 'U-Boot 2017.09', 30.4],
  ['linux', 'Linux 5.10.110', 22.1],
  ['initramfs', 'initramfs', 19.8],
  ['system', 'Debian GNU/Linux 12', 16.2],
);

const BLADE3 = consoleAt('1', {
  name: 'blade3',
  story: {
    boot: 2,
    stages: BOOT,
    hints: [
      {
        rule: 'pci-bar',
        hint: 'The kernel found no room for a PCI device: a blade switched on after the control board is not seen until the next rescan.',
        line: 'pci 0000:01:00.0: BAR 2: no space for [mem size 0x40000000 64bit pref]',
        at: ago(20),
      },
    ],
    owner: { mac: 'dc:a6:32:01:36:c2' as never, ip: undefined, by: 'ethaddr' },
  },
});
const PI = consoleAt('2', {
  line: { ...LINE, baudRate: 115_200, appliedBaudRate: 115_200 },
  story: {
    boot: 1,
    stages: stages(['uboot', 'U-Boot 2026.01', 90], ['linux', 'Linux 6.12', 84], ['login', 'login prompt', 70]),
    hints: [],
    owner: undefined,
  },
});
const LOST = consoleAt('3', {
  state: { phase: 'waiting', since: ago(8), reason: 'the adapter was unplugged' },
  line: undefined,
});
const SERVER = consoleAt('4', {
  name: 'telnet:192.168.1.20',
  target: 'telnet:192.168.1.20',
  line: undefined,
});

const BOOT_TEXT = `\x1b[0mDDR Version V1.11 20230627
LPDDR4X, 2112MHz
U-Boot SPL 2017.09 (Jun 27 2023 - 10:12:44)
NOTICE:  BL31: v2.3():v2.3-589-g3389cfdda
U-Boot 2017.09 (Jun 27 2023 - 10:13:02 +0800)

Model: Mixtile Blade 3
DRAM:  15.7 GiB
Hit key to stop autoboot('CTRL+C'):  0
[    0.000000] Linux version 5.10.110 (build@ci) #1 SMP PREEMPT
[    0.000000] Machine model: Mixtile Blade 3
[    1.204411] \x1b[33mpci 0000:01:00.0: BAR 2: no space for [mem size 0x40000000 64bit pref]\x1b[0m
[    2.310022] Run /init as init process
[\x1b[32m  OK  \x1b[0m] Started \x1b[1mJournal Service\x1b[0m.
[\x1b[32m  OK  \x1b[0m] Reached target \x1b[1mNetwork\x1b[0m.
[\x1b[31mFAILED\x1b[0m] Failed to start \x1b[1mLoad Kernel Modules\x1b[0m.
[\x1b[32m  OK  \x1b[0m] Started \x1b[1mOpenBSD Secure Shell server\x1b[0m.

Debian GNU/Linux 12 blade3 ttyFIQ0

blade3 login: `;

const PORTS: readonly SerialPortInfo[] = [
  port('/dev/ttyUSB0', { chip: 'CH343', description: 'QinHeng USB Single Serial', serialNumber: '5435003211' }),
  port('/dev/ttyUSB5', {
    chip: 'FT232R',
    description: 'FTDI USB Serial',
    serialNumber: 'A50285BI',
    holder: { pid: 4711, program: 'picocom' },
  }),
  port('/dev/ttyACM0', { chip: undefined, description: 'Raspberry Pi Debug Probe', serialNumber: 'E6614103E7' }),
  port('/dev/ttyS0', { bus: 'platform', description: '16550A' }),
];

function port(path: string, more: Partial<SerialPortInfo>): SerialPortInfo {
  return {
    path,
    description: '',
    bus: 'usb',
    driver: undefined,
    vendorId: undefined,
    productId: undefined,
    chip: undefined,
    serialNumber: undefined,
    interfaceNumber: 0,
    busPath: undefined,
    byId: undefined,
    holder: undefined,
    ...more,
  };
}

const says =
  (text: string): Handlers['console.attach'] =>
  (_args, caller) => {
    const stream = caller.stream();
    queueMicrotask(() => stream.write(new TextEncoder().encode(text)));
    return { stream: stream.id, held: text.length, older: 0 };
  };

const HANDLERS: Partial<Handlers> = {
  'console.ports': () => PORTS,
  'console.attach': says(BOOT_TEXT),
  'console.detach': () => {},
  'console.resize': () => {},
  'console.write': () => {},
  'console.scripts': () => READY_MADE,
  'console.modem': () => ({ dtr: true, rts: false, cts: true, dsr: false, dcd: false, ri: undefined }),
};

const open = (...consoles: readonly ConsoleView[]) => ({
  consoles: new Map(consoles.map(each => [each.id, each])),
  consoleCounters: new Map(
    consoles.map(({ id }) => [
      id,
      { received: 1_204_882, sent: 4_100, lines: 20_411, connections: id === '4' ? 3 : 1 },
    ]),
  ),
});

const BOX: BoxView = {
  id: 'mixtile@10.32.0.50:22',
  target: 'ssh:mixtile@10.32.0.50',
  variant: 'maker',
  records: [
    {
      n: 1,
      at: ago(40),
      command: 'nodectl --version',
      exit: 1,
      output: 'Unknown option --version\n',
      seconds: 0.2,
      failed: undefined,
    },
    {
      n: 2,
      at: ago(20),
      command: 'nodectl list',
      exit: 0,
      output: '01:00.0 Network controller: Rockchip RK3588\n02:00.0 Network controller: Rockchip RK3588\n',
      seconds: 0.4,
      failed: undefined,
    },
    {
      n: 3,
      at: ago(4),
      command: 'nodectl poweron -n 3',
      exit: 1,
      output: 'gpio: permission denied\n',
      seconds: 0.1,
      failed: 'it said: gpio: permission denied',
    },
  ],
};

/** What the browser does when somebody pastes, in the page's own language. */
const PASTE = `(() => {
  const clipboardData = new DataTransfer();
  clipboardData.setData('text/plain', 'setenv serverip 10.32.0.1\\nsetenv bootfile kernel8.img\\nsaveenv\\n');
  document
    .querySelector('.xterm-helper-textarea')
    .dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
})()`;

/** `views`: the laptop behind them. */
export const consoleScenes = (views: () => ScriptedViews) =>
  ({
    'consoles-empty': (): Scene => ({ views: views(), handlers: HANDLERS, hash: '#/consoles' }),
    'console-boot': (): Scene => ({
      views: { ...views(), ...open(BLADE3, PI, LOST, SERVER) },
      handlers: HANDLERS,
      hash: '#/consoles/console/1',
      act: async page => {
        await page.getByRole('toolbar', { name: 'Macros' }).getByRole('button').first().waitFor();
        await page.getByRole('switch', { name: 'RTS' }).waitFor();
        await page.waitForTimeout(300);
      },
    }),
    'console-waiting': (): Scene => ({
      views: { ...views(), ...open(BLADE3, LOST) },
      handlers: HANDLERS,
      hash: '#/consoles/console/3',
      act: async page => {
        await page.getByRole('button', { name: 'Try now' }).waitFor();
      },
    }),
    'console-job': (): Scene => ({
      views: {
        ...views(),
        ...open(
          consoleAt('1', {
            name: 'blade3',
            job: { kind: 'send', says: 'Sending kernel8.img', done: 6_200_000, of: 24_800_000 },
          }),
        ),
      },
      handlers: HANDLERS,
      hash: '#/consoles',
      act: async page => {
        await page.getByRole('button', { name: 'Cancel' }).waitFor();
        await page.getByRole('button', { name: 'Times of the lines' }).click();
      },
    }),
    'console-grid': (): Scene => ({
      views: { ...views(), ...open(BLADE3, PI, LOST, SERVER) },
      handlers: HANDLERS,
      hash: '#/consoles/grid',
      act: async page => {
        await page.getByRole('button', { name: 'Type to several' }).click();
        const chosen = page.getByRole('dialog');
        await chosen.getByRole('checkbox', { name: 'blade3' }).check();
        await chosen.getByRole('checkbox', { name: 'ttyUSB2' }).check();
        await page.keyboard.press('Escape');
        await page.getByText('Typing goes to 2 consoles').waitFor();
        await page.waitForTimeout(300);
      },
    }),
    'console-hex': (): Scene => ({
      views: { ...views(), ...open(BLADE3) },
      handlers: HANDLERS,
      hash: '#/consoles',
      act: async page => {
        await page.getByRole('button', { name: 'Show octets (hex)' }).click();
        await page.getByRole('row').first().waitFor();
      },
    }),
    'console-open': (): Scene => ({
      views: { ...views(), ...open(BLADE3) },
      handlers: HANDLERS,
      hash: '#/consoles/open',
      act: async page => {
        await page.getByText('picocom (4711) has it').first().waitFor();
      },
    }),
    'console-paste': (): Scene => ({
      views: { ...views(), ...open(BLADE3) },
      handlers: HANDLERS,
      hash: '#/consoles',
      act: async page => {
        const input = page.getByRole('textbox', { name: 'Terminal input' });
        await input.waitFor();
        await page.evaluate(PASTE);
        await page.getByRole('button', { name: 'Paste line by line' }).waitFor();
      },
    }),
    'cluster-box': (): Scene => ({
      views: { ...views(), boxes: new Map([[BOX.id, BOX]]) },
      handlers: HANDLERS,
      hash: '#/consoles/box',
      act: async page => {
        await page.getByRole('checkbox', { name: 'Blade 3' }).check();
        await page.getByRole('button', { name: 'Reboot' }).click();
        await page.getByRole('button', { name: 'Reboot blade 3' }).waitFor();
      },
    }),
    'cluster-box-login': (): Scene => ({ views: views(), handlers: HANDLERS, hash: '#/consoles/box' }),
  }) as const satisfies Record<string, () => Scene>;
