// A board behind a TCP port, as an emulator gives one: boots, asks for a login, answers `uname`, counts for long, and floods when told to.
import { createServer } from 'node:net';

const BOOT = [
  '\r\nU-Boot 2026.01 (Jan 05 2026)\r\n\r\n',
  '[    0.000000] Linux version 6.12.0\r\n',
  '\r\nblade3 login: ',
];
/** What must do nothing to this laptop: clipboard, title, a link, an answer that types, and a line without end. */
const HOSTILE = `\x1b]52;c;${Buffer.from('stolen').toString('base64')}\x07\x1b]0;owned\x07\x1b]8;;http://evil.example\x07x\x1b]8;;\x07\x05\x1b[21t`;

createServer(socket => {
  let line = '';
  for (const text of BOOT) socket.write(text);
  socket.on('error', () => {});
  socket.on('data', bytes => {
    for (const char of bytes.toString('latin1')) {
      if (char !== '\r') {
        line += char;
        socket.write(char);
        continue;
      }
      console.log(`typed ${JSON.stringify(line)}`);
      if (line === 'count') {
        const lines = Array.from({ length: 60_000 }, (_, n) => `counted ${n + 1} ${'.'.repeat(40)}\r\n`);
        socket.write(`\r\n${lines.join('')}# `);
      } else if (line === 'uname') socket.write('\r\nLinux blade3\r\n# ');
      else if (line === 'flood') {
        socket.write(HOSTILE.repeat(2_000));
        socket.write(`${'y'.repeat(2_000_000)}\r\nflooded\r\n# `);
      } else socket.write('\r\n# ');
      line = '';
    }
  });
}).listen(Number(process.argv[2] ?? 7000), '127.0.0.1', () => console.log('listening'));
