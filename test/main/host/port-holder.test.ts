import { describe, expect, it } from 'vitest';
import {
  lsof,
  parseLsof,
  parsePowerShellHolder,
  parseProcNet,
  parseSs,
  programOf,
} from '../../../main/host/node/port-holder.ts';
import { commandFailure } from '../../../main/host/node/run.ts';

const UDP = `   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
  403: 00000000:0043 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 21511 2 0000000000000000 0
  404: 017AA8C0:0035 00000000:0000 07 00000000:00000000 00:00000000 00000000   116        0 30277 2 0000000000000000 0
`;
const TCP6 = `  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000000000000000000000000000:0050 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 40001 1 0000000000000000 100 0 0 10 0
   1: 0000000000000000FFFF00000100007F:0277 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 40002 1 0000000000000000 100 0 0 10 0
   2: 0000000000000000FFFF00000100007F:0050 0000000000000000FFFF00000100007F:D2F0 01 00000000:00000000 00:00000000 00000000     0        0 40003 1 0000000000000000 100 0 0 10 0
   3: 000080FE000000000000000001000000:0051 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 40004 1 0000000000000000 100 0 0 10 0
`;

describe('who holds a port', () => {
  it('reads bound UDP sockets from /proc/net/udp', () => {
    expect(parseProcNet(UDP, 'udp')).toEqual([
      { inode: 21511, port: 67, address: 0 },
      { inode: 30277, port: 53, address: 0xc0a87a01 },
    ]);
  });

  it('reads listening sockets alone from /proc/net/tcp6, those that hold IPv4 ports too', () => {
    expect(parseProcNet(TCP6, 'tcp')).toEqual([
      { inode: 40001, port: 80, address: 0 },
      { inode: 40002, port: 631, address: 0x7f000001 },
      { inode: 40004, port: 81, address: undefined },
    ]);
    expect(parseProcNet('', 'tcp')).toEqual([]);
  });

  it('reads the device of a socket from ss', () => {
    const text = `UNCONN 0 0  0.0.0.0%virbr0:67  0.0.0.0:*  ino:21511 sk:1 cgroup:/system.slice <->
UNCONN 0 0  0.0.0.0:67  0.0.0.0:*  ino:21512 sk:2 cgroup:/ <->
`;
    expect([...parseSs(text)]).toEqual([[21511, 'virbr0']]);
  });

  it.each([
    ['dnsmasq', ['/usr/sbin/dnsmasq', '--conf-file=/etc/dnsmasq.conf'], 'dnsmasq'],
    ['systemd-resolve', ['/usr/lib/systemd/systemd-resolved'], 'systemd-resolved'],
    ['node', ['/usr/bin/node', '--enable-source-maps', '/opt/dist/benchboot.js', 'serve'], 'node benchboot.js'],
    ['python3', ['python3', '-m'], 'python3'],
    ['nginx', ['nginx: master process /usr/sbin/nginx'], 'nginx'],
    ['kthread', [], 'kthread'],
  ])('calls %s what a person would', (comm, argv, expected) => {
    expect(programOf(comm, argv)).toBe(expected);
  });

  it('reads lsof and PowerShell', () => {
    expect(parseLsof('p412\ncbootpd\nf5\n')).toEqual({ pid: 412, program: 'bootpd' });
    expect(parseLsof('')).toBeUndefined();
    expect(lsof('tcp', 80).join(' ')).toBe('lsof -nP -iTCP:80 -sTCP:LISTEN -Fpc');
    expect(parsePowerShellHolder('{"Id":4,"ProcessName":"System"}')).toEqual({ pid: 4, program: 'System' });
    expect(parsePowerShellHolder('')).toBeUndefined();
  });
});

describe('a command that failed', () => {
  it.each([
    ['RTNETLINK answers: Operation not permitted', 'PERMISSION_MISSING'],
    ['ifconfig: ioctl (SIOCAIFADDR): permission denied', 'PERMISSION_MISSING'],
    ['New-NetIPAddress : Access is denied.', 'PERMISSION_MISSING'],
    ['Error: ipv4: Address already assigned.', 'COMMAND_FAILED'],
  ])('%s is %s', (output, code) => {
    expect(commandFailure(['ip', 'address', 'add', 'a b'], output)).toMatchObject({
      code,
      message: expect.stringContaining("`ip address add 'a b'`"),
    });
  });
});
