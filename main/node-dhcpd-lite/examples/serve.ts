/** A DHCP server for one network port that boots PCs from a TFTP server: `sudo node examples/serve.ts eth1`. */
import { openLeaseFile, startDhcpServer } from 'node-dhcpd-lite';
import { deviceTransport } from 'node-dhcpd-lite/socket';

const [device = 'eth1', address = '10.32.0.1'] = process.argv.slice(2);

const server = await startDhcpServer(
  {
    transport: deviceTransport({ device, address }),
    config: {
      mode: 'lease',
      server: address,
      subnet: { network: '10.32.0.0', prefix: 24 },
      range: ['10.32.0.100', '10.32.0.200'],
      leaseSeconds: 600,
      reservations: [{ ip: '10.32.0.50', mac: '52:54:00:be:00:01', hostname: 'workbench' }],
    },
    policy: client => {
      if (client.ipxe) return { file: `http://${address}/boot.ipxe` };
      if (client.archs.includes(7)) return { file: 'ipxe.efi' };
      if (client.archs.includes(0)) return { file: 'undionly.kpxe' };
      return {};
    },
    now: Date.now,
    store: openLeaseFile('leases.journal', {
      onError: error => console.error(`leases are not saved: ${error.message}`),
    }),
  },
  event => {
    if (event.type === 'reply')
      console.log(event.message ?? 'BOOTP', event.client.mac, event.ip ?? '', event.reason ?? '');
    if (event.type === 'ignored') console.log('ignored', event.client.mac, event.reason);
    if (event.type === 'undecodable') console.log('no DHCP packet from', event.from.address, event.error.message);
  },
);
console.log(`serving ${device} as ${address}`);
process.once('SIGINT', () => {
  server.close().then(
    () => process.exit(0),
    () => process.exit(1),
  );
});
