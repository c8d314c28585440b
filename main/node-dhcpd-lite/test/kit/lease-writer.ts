/** A process that saves leases until it is killed: argument 1 is the file, 2 the leases it goes round over. */
import { openLeaseFile } from '../../src/index.ts';

const [path = '', count = '50'] = process.argv.slice(2);
const store = openLeaseFile(path, {
  onError: error => {
    throw error;
  },
});
await store.load();
let n = 0;
setInterval(() => {
  for (let i = 0; i < 20; i++, n++) {
    const last = n % Number(count);
    store.save({
      ip: `10.32.1.${last}`,
      state: 'bound',
      key: `52:54:00:00:00:${last.toString(16).padStart(2, '0')}`,
      mac: `52:54:00:00:00:${last.toString(16).padStart(2, '0')}`,
      clientId: undefined,
      hostname: 'x'.repeat(n % 40),
      expires: n,
      acks: n,
      sticky: false,
    });
  }
  if (n % 200 === 0) process.stdout.write(`${n}\n`);
}, 1);
