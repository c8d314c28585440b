import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { encodePcapng } from '../../main/wire/pcapng.ts';
import { arp, captureFrame, captures, frame, lldp } from '../main/wire/frames.ts';

const folder = mkdtempSync(join(tmpdir(), 'benchboot-pcapng-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('Wireshark opens what the recorder exports', () => {
  const file = join(folder, 'bench.pcapng');
  const start = Date.UTC(2026, 10, 21, 12);
  const dhcp = captures
    .filter(one => one.note.includes('->'))
    .map((one, i) => frame(captureFrame(one), start + i * 10 + 0.25, /OFFER|ACK/.test(one.step)));
  const others = [
    frame(arp({ mac: '52:54:00:be:00:01', ip: '10.32.0.9', target: '10.32.0.1' }), start - 1),
    frame(
      lldp('aa:bb:cc:00:00:01', [
        [1, Uint8Array.of(4, 1, 2, 3, 4, 5, 6)],
        [2, '\u0005Gi1'],
        [3, Uint8Array.of(0, 9)],
        [5, 'sw1'],
      ]),
      start + 99_999,
    ),
  ];
  const interfaces = [
    { name: 'bench0', description: 'USB adapter', mac: '00:e0:4c:68:00:01', frames: dhcp },
    { name: 'bench1', frames: others },
  ];
  writeFileSync(file, encodePcapng(interfaces, { application: 'Benchboot', comment: 'a bench' }));

  const fields = ['frame.interface_name', 'frame.time_epoch', 'frame.packet_flags_direction', '_ws.col.Protocol'];
  const args = ['-r', file, '-T', 'fields', ...fields.flatMap(field => ['-e', field])];
  const lines = execFileSync('tshark', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
    .trim()
    .split('\n')
    .map(line => line.split('\t'));
  expect(lines).toHaveLength(dhcp.length + 2);
  expect(lines[0]![0]).toBe('bench1');
  expect(lines[0]![3]).toBe('ARP');
  expect(lines.at(-1)![3]).toBe('LLDP');
  expect(lines.slice(1, -1).every(([name, , , protocol]) => name === 'bench0' && protocol === 'DHCP')).toBe(true);
  expect(Number(lines[1]![1])).toBeCloseTo(start / 1000 + 0.00025, 6);

  const malformed = execFileSync(
    'tshark',
    ['-r', file, '-Y', '_ws.malformed or ip.checksum.status == 0 or udp.checksum.status == 0'],
    {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  expect(malformed).toBe('');
  const about = execFileSync('capinfos', [file], { encoding: 'utf8' });
  expect(about).toContain('Benchboot');
  expect(about).toContain('a bench');
  expect(about).toMatch(/Number of interfaces in file: 2/);
});
