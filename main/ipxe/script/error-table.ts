/** iPXE’s error codes in words: by POSIX code, by the part that reports it, and by its exact place. Data alone. */

export interface ErrnoRow {
  readonly name: string;
  readonly says: string;
  readonly next?: string;
}

export const ERRNO: ReadonlyMap<number, ErrnoRow> = new Map<number, ErrnoRow>([
  [0x01, { name: 'E2BIG', says: 'Too many arguments.' }],
  [0x02, { name: 'EACCES', says: 'Access was refused.' }],
  [0x03, { name: 'EADDRINUSE', says: 'The address is in use.' }],
  [0x04, { name: 'EADDRNOTAVAIL', says: 'There is no usable address.' }],
  [0x05, { name: 'EAFNOSUPPORT', says: 'This kind of address is not supported.' }],
  [0x09, { name: 'EBADMSG', says: 'A damaged message came in.' }],
  [0x0a, { name: 'EBUSY', says: 'The device is busy.' }],
  [
    0x0b,
    {
      name: 'ECANCELED',
      says: 'Somebody pressed Ctrl-C or Esc, or the wrong key.',
      next: 'Nothing is wrong with the server.',
    },
  ],
  [0x0d, { name: 'ECONNABORTED', says: 'The connection was broken off.' }],
  [
    0x0e,
    {
      name: 'ECONNREFUSED',
      says: 'The server refused the connection: nothing listens on that port.',
      next: 'Start the server, and check the port in the URL.',
    },
  ],
  [
    0x0f,
    {
      name: 'ECONNRESET',
      says: 'The server reset the connection.',
      next: 'Look into the server’s log for this machine.',
    },
  ],
  [0x16, { name: 'EFBIG', says: 'The file is too large.' }],
  [
    0x17,
    {
      name: 'EHOSTUNREACH',
      says: 'The host cannot be reached.',
      next: 'Check address, netmask and gateway with "route" in iPXE’s shell.',
    },
  ],
  [0x1a, { name: 'EINPROGRESS', says: 'It is still going on.' }],
  [0x1c, { name: 'EINVAL', says: 'An argument or a message is not valid.' }],
  [0x1d, { name: 'EIO', says: 'Reading or writing failed.' }],
  [0x25, { name: 'ENAMETOOLONG', says: 'A name is too long.' }],
  [0x26, { name: 'ENETDOWN', says: 'The network is down.' }],
  [
    0x28,
    {
      name: 'ENETUNREACH',
      says: 'There is no route to that network.',
      next: 'Give the machine an address first (dhcp), and a gateway when the server is in another network.',
    },
  ],
  [0x2a, { name: 'ENOBUFS', says: 'No buffer was free.' }],
  [
    0x2c,
    {
      name: 'ENODEV',
      says: 'There is no such device.',
      next: 'Look at "ifstat": without an interface the program lacks the driver; snponly.efi drives only the card it was loaded by.',
    },
  ],
  [
    0x2d,
    {
      name: 'ENOENT',
      says: 'There is no such file, label or image.',
      next: 'Compare the name with what the server has, letter by letter.',
    },
  ],
  [
    0x2e,
    {
      name: 'ENOEXEC',
      says: 'The file is nothing that this iPXE can run.',
      next: 'Look at what was downloaded (imgstat): a page instead of a kernel, a program for another processor, a script without #!ipxe, or a mistyped command.',
    },
  ],
  [
    0x31,
    {
      name: 'ENOMEM',
      says: 'Memory ran out.',
      next: 'Boot something smaller, or give the machine more memory; ISO images have to fit as a whole.',
    },
  ],
  [0x34, { name: 'ENOSPC', says: 'No space was left.' }],
  [0x37, { name: 'ENOSYS', says: 'This function does not exist.' }],
  [0x38, { name: 'ENOTCONN', says: 'There is no connection.' }],
  [
    0x3c,
    {
      name: 'ENOTSUP',
      says: 'This is not supported by this build.',
      next: 'Use another protocol or option, or an iPXE built with it.',
    },
  ],
  [0x3d, { name: 'ENOTTY', says: 'This cannot be done here.' }],
  [0x3e, { name: 'ENXIO', says: 'There is no such device or name.' }],
  [0x3f, { name: 'EOPNOTSUPP', says: 'This operation is not supported.' }],
  [0x41, { name: 'EPERM', says: 'It is not allowed.' }],
  [0x42, { name: 'EPIPE', says: 'The connection ended in between.' }],
  [0x43, { name: 'EPROTO', says: 'The other side does not keep to the protocol.' }],
  [
    0x44,
    {
      name: 'EPROTONOSUPPORT',
      says: 'This protocol is not in this build.',
      next: 'Use http:// or tftp://, or a program with that protocol.',
    },
  ],
  [
    0x46,
    {
      name: 'ERANGE',
      says: 'A number or count is outside its range.',
      next: 'Check the number of arguments; for a kernel: it asks for memory that is taken.',
    },
  ],
  [0x4b, { name: 'ETIME', says: 'A timer ran out.' }],
  [
    0x4c,
    {
      name: 'ETIMEDOUT',
      says: 'Nobody answered in time.',
      next: 'Is the server running, on this cable, and not behind a firewall?',
    },
  ],
  [0x7f, { name: 'EPLATFORM', says: 'The firmware reports an error.' }],
]);

/** Bits 13 to 23: the source file. Classes 2 core, 4 driver, 6 network, 8 image, e other. */
export const AREAS: ReadonlyMap<number, string> = new Map([
  [0x012000, 'download'],
  [0x022000, 'command line'],
  [0x072000, 'waiting for a job'],
  [0x0c2000, 'settings'],
  [0x162000, 'options of a command'],
  [0x0b2000, 'name lookup'],
  [0x092000, 'opening a URL'],
  [0x232000, 'SAN boot'],
  [0x594000, 'UEFI network driver'],
  [0x5a4000, 'UEFI network driver'],
  [0x6a4000, 'UEFI network driver'],
  [0x056000, 'IPv4'],
  [0x066000, 'IPv6'],
  [0x086000, 'network card'],
  [0x0a6000, 'TCP'],
  [0x0c6000, 'HTTP'],
  [0x416000, 'HTTP connection'],
  [0x426000, 'HTTP login'],
  [0x0d6000, 'iSCSI'],
  [0x106000, 'DHCP'],
  [0x116000, 'DNS'],
  [0x126000, 'TFTP'],
  [0x376000, 'finding a neighbour (ARP)'],
  [0x008000, 'images'],
  [0x028000, 'scripts'],
  [0x048000, 'UEFI programs'],
  [0x03e000, 'automatic boot'],
  [0x05e000, 'images'],
  [0x0de000, 'TLS'],
  [0x0ee000, 'network setup'],
  [0x16e000, 'certificates'],
  [0x2ee000, 'certificate check'],
  [0x2fe000, 'certificate status'],
  [0x22e000, 'prompt'],
  [0x2ce000, 'menu'],
]);

export interface PlaceRow {
  readonly says: string;
  readonly next: string;
}

/** By POSIX code, file and place in it: `2d0c61` is ENOENT, HTTP, place 1. */
export const PLACES: ReadonlyMap<string, PlaceRow> = new Map<string, PlaceRow>([
  [
    '040ee1',
    {
      says: 'No address: DHCP did not answer on any interface.',
      next: 'Check the cable and that Benchboot serves this port; a switch with spanning tree needs up to 50 s, so let the script try again.',
    },
  ],
  [
    '4c1060',
    {
      says: 'DHCP did not answer in time.',
      next: 'Check the cable and that Benchboot serves this port; let the script try again.',
    },
  ],
  [
    '380861',
    {
      says: 'The network cable has no link.',
      next: 'Plug it in at both ends; some cards need seconds after reset, "iflinkwait" waits.',
    },
  ],
  ['1a0861', { says: 'The state of the link is not known yet.', next: 'Wait: "iflinkwait --timeout 30000".' }],
  [
    '1a0862',
    {
      says: 'The link is up, but the switch does not forward yet (spanning tree).',
      next: 'Wait up to 50 s, or switch on "edge port" (portfast) at the switch.',
    },
  ],
  [
    '2d0c61',
    {
      says: 'The HTTP server has no such file (404).',
      next: 'Compare the URL on the screen with the files under the root folder.',
    },
  ],
  [
    '410c61',
    {
      says: 'The HTTP server forbids it (403).',
      next: 'Check the permissions of the file, and that it is under the root folder.',
    },
  ],
  [
    '020c61',
    {
      says: 'The HTTP server wants a login (401).',
      next: 'Write http://user:password@host/…, or serve it without a login.',
    },
  ],
  [
    '1d0c64',
    { says: 'The HTTP server refuses the request (4xx).', next: 'Its log says why; a proxy in between does this too.' },
  ],
  ['1d0c65', { says: 'The HTTP server has an error (5xx).', next: 'Its log says why.' }],
  [
    '1d0c62',
    {
      says: 'Fewer bytes came than the server promised.',
      next: 'Try again; the file changed while it was sent, or a proxy cut it.',
    },
  ],
  [
    '2d1261',
    { says: 'The TFTP server has no such file.', next: 'Compare the name with the files under the root folder.' },
  ],
  [
    '4c1260',
    {
      says: 'TFTP: the server did not answer in time.',
      next: 'A firewall often lets the first packet in and none after it: TFTP answers from another port.',
    },
  ],
  ['3e1161', { says: 'That name does not exist in the DNS.', next: 'Check its spelling, or use the address.' }],
  [
    '3e1162',
    { says: 'There is no DNS server to ask.', next: 'Use an address in the URL, or let DHCP give a name server.' },
  ],
  [
    '4c1160',
    {
      says: 'The DNS server does not answer.',
      next: 'Use an address in the URL; on a bench without internet public servers cannot be reached.',
    },
  ],
  [
    '4c0a60',
    { says: 'TCP: the server does not answer.', next: 'Is it running, on that port, and does its firewall let it in?' },
  ],
  [
    '4c3760',
    {
      says: 'Nobody has that address on this network (ARP).',
      next: 'Check the server’s address, and that both are in one network.',
    },
  ],
  [
    '280560',
    {
      says: 'There is no route to that address.',
      next: 'Run dhcp first; a server in another network needs a gateway.',
    },
  ],
  [
    '0216e1',
    { says: 'The certificate was issued by another issuer than it says.', next: 'Serve the whole chain, leaf first.' },
  ],
  [
    '0216e4',
    {
      says: 'The certificate has expired, or the machine’s clock is wrong.',
      next: 'Set the clock in the firmware setup.',
    },
  ],
  [
    '0216e6',
    {
      says: 'The certificate’s root is not trusted.',
      next: 'Build iPXE with your own CA (benchboot ipxe build --ca), or use http://.',
    },
  ],
  [
    '0216ea',
    {
      says: 'The certificate is for another name than the URL’s.',
      next: 'Use the name that stands in the certificate.',
    },
  ],
  [
    '0216eb',
    {
      says: 'No usable certificate: none leads to a trusted root.',
      next: 'Build iPXE with your own CA (benchboot ipxe build --ca), or use http://.',
    },
  ],
  [
    '410de1',
    {
      says: 'TLS: the server broke off with an alert.',
      next: 'It may not speak TLS 1.2 with the ciphers iPXE has; its log says.',
    },
  ],
  ['3c0de4', { says: 'TLS: the server’s protocol version is not supported.', next: 'Let the server take TLS 1.2.' }],
  ['3c0de1', { says: 'TLS: no cipher in common.', next: 'Let the server take TLS 1.2 with AES.' }],
  [
    '2d03e1',
    {
      says: 'Nothing to boot: DHCP gave neither a file name nor a SAN disk.',
      next: 'Let the DHCP server name a boot file, or give iPXE a script.',
    },
  ],
  [
    '2e0080',
    {
      says: 'The image is of no type that this iPXE can run.',
      next: 'Look at what was downloaded (imgstat): a page instead of a kernel, or a script without #!ipxe.',
    },
  ],
  [
    '2e0220',
    {
      says: 'There is no such command in this build.',
      next: '"help" lists what it has; the linter knows it for each program.',
    },
  ],
  [
    '2d0280',
    {
      says: 'goto: there is no such label.',
      next: 'Check its spelling; labels stand at the beginning of a line after a colon.',
    },
  ],
  ['1c1621', { says: 'An option wants a whole number.', next: 'Timeouts are in milliseconds.' }],
  ['1c1622', { says: 'The command has no such option.', next: 'Write -- before text that begins with a hyphen.' }],
  ['1c1623', { says: 'An option lacks its value.', next: '"COMMAND --help" shows what it takes.' }],
  ['461620', { says: 'Too few or too many arguments.', next: '"COMMAND --help" shows what it takes.' }],
  [
    '7f0481',
    {
      says: 'The firmware does not load this program.',
      next: 'It is for another processor, damaged, or not signed while Secure Boot is on.',
    },
  ],
  [
    '7f0482',
    { says: 'The program was started and came back with an error.', next: 'The program’s own message above says why.' },
  ],
  [
    '460381',
    {
      says: 'The memory that the kernel wants is taken.',
      next: 'Update the kernel, or use the UEFI mode of the machine.',
    },
  ],
  ['0b22e0', { says: 'Another key than the expected one was pressed.', next: 'Nothing is wrong with the server.' }],
  ['4c22e0', { says: 'Nobody pressed a key in time.', next: 'Nothing is wrong with the server.' }],
]);
