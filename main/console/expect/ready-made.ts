/** Scripts that come with Benchboot: what a technician does again and again at a console. Data only. */
import type { Script } from './script.ts';

/** A prompt of U-Boot: `=> `, `U-Boot> `, `rk3588# `, `BPI-R3> `. */
const UBOOT_PROMPT = { regex: '(?m)^(=>|[\\w.-]{1,24}(=>|>|#)) $' };
/** A shell waits: `# ` or `$ ` stands last. */
const SHELL_PROMPT = { regex: '[#$] $' };
const LOGIN_PROMPT = { regex: 'login: ?$' };

const toPrompt = {
  wait: UBOOT_PROMPT,
  within: 10,
  say: 'U-Boot took the key but showed no prompt that is known.',
} as const;

export const READY_MADE: readonly Script[] = [
  {
    name: 'catch-uboot',
    about:
      'Waits for U-Boot’s countdown and stops it, with the key it asks for. Switch the board on after starting it.',
    steps: [
      {
        wait: [
          { see: { regex: '(?i)autoboot[^\\n]{0,20}ctrl\\+?-?c' }, send: '\u0003', go: 'prompt' },
          { see: { regex: '(?i)press esc[^\\n]{0,20}autoboot' }, send: '\u001b', go: 'prompt' },
          {
            see: { regex: '(?i)(hit any key|press any key|press space)[^\\n]{0,30}autoboot' },
            send: ' ',
            go: 'prompt',
          },
        ],
        within: 300,
        say: 'U-Boot’s countdown did not come within 5 minutes. If it never shows one, use catch-uboot-fast.',
      },
      { label: 'prompt', ...toPrompt },
    ],
  },
  {
    name: 'catch-uboot-fast',
    about: 'Sends Ctrl-C all the time until U-Boot’s prompt comes, for boards that count down from 0.',
    steps: [
      {
        send: '\u0003',
        every: 0.1,
        wait: UBOOT_PROMPT,
        within: 300,
        say: 'U-Boot’s prompt did not come within 5 minutes.',
      },
    ],
  },
  {
    name: 'catch-ipxe',
    about: 'Presses Ctrl-B when iPXE offers its command line.',
    steps: [
      {
        wait: { regex: '(?i)press ctrl-b' },
        within: 300,
        say: 'iPXE did not offer its command line within 5 minutes.',
      },
      { send: '\u0002', every: 0.5, wait: 'iPXE> ', within: 15, say: 'iPXE did not take Ctrl-B.' },
    ],
  },
  {
    name: 'log-in',
    about: 'Waits for the login prompt and logs in; done at once where a shell waits already.',
    values: { user: { label: 'User', default: 'root' }, password: { label: 'Password', secret: true } },
    steps: [
      {
        // Enter is pressed late: earlier it would stop a loader that counts down.
        wait: [
          { see: LOGIN_PROMPT, go: 'user' },
          { see: SHELL_PROMPT, go: 'done' },
        ],
        within: 180,
        otherwise: 'wake',
      },
      {
        label: 'wake',
        send: '\r',
        wait: [
          { see: LOGIN_PROMPT, go: 'user' },
          { see: SHELL_PROMPT, go: 'done' },
        ],
        within: 20,
        say: 'No login prompt came.',
      },
      {
        label: 'user',
        send: '{{user}}\r',
        wait: [
          { see: { regex: '(?i)password: ?$' }, go: 'password' },
          { see: { regex: '(?i)login incorrect' }, go: 'fail', say: 'The board does not let that user in here.' },
          { see: SHELL_PROMPT, go: 'done' },
        ],
        within: 20,
        say: 'The board asked for no password and showed no prompt.',
      },
      {
        label: 'password',
        send: '{{password}}\r',
        wait: [
          {
            see: { regex: '(?i)(login incorrect|authentication failure|permission denied)' },
            go: 'fail',
            say: 'The board refused the user name or the password.',
          },
          { see: SHELL_PROMPT, go: 'done' },
        ],
        within: 30,
        say: 'The board took the password but showed no prompt.',
      },
    ],
  },
];
