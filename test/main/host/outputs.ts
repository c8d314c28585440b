/** Output in the shape that the systems' commands print it; MACs and addresses stand for real ones. */

export const MAC_HARDWARE_PORTS = `
Hardware Port: Ethernet Adapter (en4)
Device: en4
Ethernet Address: 5e:52:84:00:53:a1

Hardware Port: USB 10/100/1000 LAN
Device: en7
Ethernet Address: 00:e0:4c:68:00:01

Hardware Port: Thunderbolt Bridge
Device: bridge0
Ethernet Address: 36:ab:c1:00:53:c0

Hardware Port: Wi-Fi
Device: en0
Ethernet Address: f0:18:98:00:53:0a

Hardware Port: Thunderbolt 1
Device: en1
Ethernet Address: 36:ab:c1:00:53:c1

VLAN Configurations
===================
`;

export const MAC_IFCONFIG = `lo0: flags=8049<UP,LOOPBACK,RUNNING,MULTICAST> mtu 16384 index 1
	options=1203<RXCSUM,TXCSUM,TXSTATUS,SW_TIMESTAMP>
	inet 127.0.0.1 netmask 0xff000000
	inet6 ::1 prefixlen 128
	inet6 fe80::1%lo0 prefixlen 64 scopeid 0x1
	nd6 options=201<PERFORMNUD,DAD>
gif0: flags=8010<POINTOPOINT,MULTICAST> mtu 1280 index 2
en0: flags=8863<UP,BROADCAST,SMART,RUNNING,SIMPLEX,MULTICAST> mtu 1500 index 11
	eflags=412008084<ACCEPT_RTADV,NOAUTONX,EXTERNAL,PROBE_CONNECTIVITY>
	options=6460<TSO4,TSO6,CHANNEL_IO,PARTIAL_CSUM,ZEROINVERT_CSUM>
	ether f0:18:98:00:53:0a
	inet6 fe80::1c2b:3aff:fe00:530a%en0 prefixlen 64 secured scopeid 0xb
	inet 192.168.1.23 netmask 0xffffff00 broadcast 192.168.1.255
	nd6 options=201<PERFORMNUD,DAD>
	media: autoselect
	status: active
	type: Wi-Fi
en1: flags=8963<UP,BROADCAST,SMART,RUNNING,PROMISC,SIMPLEX,MULTICAST> mtu 1500 index 12
	options=460<TSO4,TSO6,CHANNEL_IO>
	ether 36:ab:c1:00:53:c1
	media: autoselect <full-duplex>
	status: inactive
bridge0: flags=8863<UP,BROADCAST,SMART,RUNNING,SIMPLEX,MULTICAST> mtu 1500 index 14
	options=63<RXCSUM,TXCSUM,TSO4,TSO6>
	ether 36:ab:c1:00:53:c0
	Configuration:
		id 0:0:0:0:0:0 priority 0 hellotime 0 fwddelay 0
	member: en1 flags=3<LEARNING,DISCOVER>
	        ifmaxaddr 0 port 12 priority 0 path cost 0
	media: <unknown type>
	status: inactive
en7: flags=8863<UP,BROADCAST,SMART,RUNNING,SIMPLEX,MULTICAST> mtu 1500 index 21
	options=6467<RXCSUM,TXCSUM,VLAN_MTU,TSO4,TSO6,CHANNEL_IO,PARTIAL_CSUM,ZEROINVERT_CSUM>
	ether 00:e0:4c:68:00:01
	inet6 fe80::10a4:2ce5:1d00:5301%en7 prefixlen 64 secured scopeid 0x15
	inet 169.254.83.12 netmask 0xffff0000 broadcast 169.254.255.255
	inet 10.32.0.1 netmask 0xffffff00 broadcast 10.32.0.255
	nd6 options=201<PERFORMNUD,DAD>
	media: autoselect (1000baseT <full-duplex,energy-efficient-ethernet>)
	status: active
en4: flags=8822<BROADCAST,SMART,SIMPLEX,MULTICAST> mtu 1500 index 22
	ether 5e:52:84:00:53:a1
	media: none
	status: inactive
utun3: flags=8051<UP,POINTOPOINT,RUNNING,MULTICAST> mtu 1380 index 19
	inet 10.8.0.6 --> 10.8.0.5 netmask 0xffffffff
`;

export const MAC_NETSTAT = `Routing tables

Internet:
Destination        Gateway            Flags               Netif Expire
default            192.168.1.1        UGScg                 en0
10.8/16            10.8.0.5           UGSc                utun3
10.32/24           link#21            UCS                   en7      !
127                127.0.0.1          UCS                   lo0
127.0.0.1          127.0.0.1          UH                    lo0
169.254            link#21            UCS                   en7      !
192.168.1          link#11            UCS                   en0      !
192.168.1.1/32     link#11            UCS                   en0      !
192.168.1.1        a4:2b:b0:00:53:01  UHLWIir               en0   1194
224.0.0/4          link#11            UmCS                  en0      !
255.255.255.255/32 link#11            UCS                   en0      !
`;

/** Windows 11, German: names are what the user sees; the adapters' descriptions stay English. */
export const WINDOWS_NETWORK = JSON.stringify({
  adapters: [
    {
      Name: 'WLAN',
      InterfaceDescription: 'Intel(R) Wi-Fi 6 AX201 160MHz',
      ifIndex: 17,
      InterfaceType: 71,
      NdisPhysicalMedium: 9,
      Virtual: false,
      PnPDeviceID: 'PCI\\VEN_8086&DEV_A0F0&SUBSYS_00748086&REV_20\\3&11583659&0&A3',
      DriverName: '\\SystemRoot\\System32\\drivers\\Netwtw10.sys',
      MacAddress: '34-C9-3D-00-53-01',
      InterfaceAdminStatus: 1,
      MediaConnectState: 1,
      Speed: 1201000000,
      MtuSize: 1500,
    },
    {
      Name: 'Ethernet 3 (Büro)',
      InterfaceDescription: 'Realtek USB GbE Family Controller',
      ifIndex: 9,
      InterfaceType: 6,
      NdisPhysicalMedium: 14,
      Virtual: false,
      PnPDeviceID: 'USB\\VID_0BDA&PID_8153\\000001',
      DriverName: '\\SystemRoot\\System32\\drivers\\rtux64w10.sys',
      MacAddress: '00-E0-4C-68-00-01',
      InterfaceAdminStatus: 1,
      MediaConnectState: 1,
      Speed: 1000000000,
      MtuSize: 1500,
    },
    {
      Name: 'Ethernet',
      InterfaceDescription: 'Intel(R) Ethernet Connection (13) I219-V',
      ifIndex: 5,
      InterfaceType: 6,
      NdisPhysicalMedium: 0,
      Virtual: false,
      PnPDeviceID: 'PCI\\VEN_8086&DEV_15FC&SUBSYS_00748086&REV_20\\3&11583659&0&FE',
      DriverName: '\\SystemRoot\\System32\\drivers\\e1d.sys',
      MacAddress: '54-05-DB-00-53-01',
      InterfaceAdminStatus: 1,
      MediaConnectState: 2,
      // What a port without a link reports: all ones.
      Speed: 18446744073709552000,
      MtuSize: 1500,
    },
    {
      Name: 'vEthernet (Default Switch)',
      InterfaceDescription: 'Hyper-V Virtual Ethernet Adapter',
      ifIndex: 30,
      InterfaceType: 6,
      NdisPhysicalMedium: 0,
      Virtual: true,
      PnPDeviceID: 'ROOT\\VMS_MP\\0000',
      DriverName: '\\SystemRoot\\System32\\drivers\\VmsProxyHNic.sys',
      MacAddress: '00-15-5D-00-53-01',
      InterfaceAdminStatus: 1,
      MediaConnectState: 1,
      Speed: 10000000000,
      MtuSize: 1500,
    },
    {
      Name: 'Firma',
      InterfaceDescription: 'WireGuard Tunnel',
      ifIndex: 44,
      InterfaceType: 53,
      NdisPhysicalMedium: 0,
      Virtual: true,
      PnPDeviceID: 'SWD\\WireGuard\\{5E1F0000-0000-0000-0000-000000000053}',
      DriverName: '\\SystemRoot\\System32\\drivers\\wireguard.sys',
      MacAddress: null,
      InterfaceAdminStatus: 1,
      MediaConnectState: 1,
      Speed: 100000000000,
      MtuSize: 1420,
    },
    {
      Name: 'Ethernet 7',
      InterfaceDescription: 'ASIX AX88179 USB 3.0 to Gigabit Ethernet Adapter',
      ifIndex: 12,
      InterfaceType: 6,
      NdisPhysicalMedium: 14,
      Virtual: false,
      PnPDeviceID: 'USB\\VID_0B95&PID_1790\\0000000000AD53',
      DriverName: null,
      MacAddress: '',
      InterfaceAdminStatus: 2,
      MediaConnectState: 0,
      Speed: null,
      MtuSize: null,
    },
  ],
  addresses: [
    { ifIndex: 17, IPAddress: '192.168.178.34', PrefixLength: 24 },
    { ifIndex: 9, IPAddress: '169.254.11.7', PrefixLength: 16 },
    { ifIndex: 30, IPAddress: '172.24.208.1', PrefixLength: 20 },
    { ifIndex: 1, IPAddress: '127.0.0.1', PrefixLength: 8 },
  ],
  routes: [
    { ifIndex: 17, DestinationPrefix: '0.0.0.0/0' },
    { ifIndex: 44, DestinationPrefix: '10.20.0.0/16' },
    { ifIndex: 17, DestinationPrefix: '192.168.178.0/24' },
    { ifIndex: 17, DestinationPrefix: '224.0.0.0/4' },
    { ifIndex: 17, DestinationPrefix: '255.255.255.255/32' },
  ],
});

/** `ip -j -d address show`: a laptop with Wi-Fi, a USB adapter, a docked port inside a bridge, a VPN and a container pair. */
export const LINUX_LINKS = [
  {
    ifindex: 1,
    ifname: 'lo',
    flags: ['LOOPBACK', 'UP', 'LOWER_UP'],
    mtu: 65536,
    link_type: 'loopback',
    address: '00:00:00:00:00:00',
    addr_info: [
      { family: 'inet', local: '127.0.0.1', prefixlen: 8 },
      { family: 'inet6', local: '::1', prefixlen: 128 },
    ],
  },
  {
    ifindex: 2,
    ifname: 'wlp0s20f3',
    flags: ['BROADCAST', 'MULTICAST', 'UP', 'LOWER_UP'],
    mtu: 1500,
    link_type: 'ether',
    address: '34:c9:3d:00:53:01',
    addr_info: [{ family: 'inet', local: '192.168.178.34', prefixlen: 24 }],
  },
  {
    ifindex: 3,
    ifname: 'enp0s31f6',
    flags: ['NO-CARRIER', 'BROADCAST', 'MULTICAST', 'UP'],
    mtu: 1500,
    link_type: 'ether',
    address: '54:05:db:00:53:01',
    addr_info: [],
  },
  {
    ifindex: 9,
    ifname: 'enx00e04c680001',
    flags: ['BROADCAST', 'MULTICAST', 'UP', 'LOWER_UP'],
    mtu: 1500,
    link_type: 'ether',
    address: '00:e0:4c:68:00:01',
    addr_info: [],
  },
  {
    ifindex: 10,
    ifname: 'eth7',
    flags: ['BROADCAST', 'MULTICAST'],
    mtu: 1500,
    link_type: 'ether',
    address: '00:0e:c6:00:53:01',
    master: 'br0',
    addr_info: [],
  },
  {
    ifindex: 11,
    ifname: 'br0',
    flags: ['BROADCAST', 'MULTICAST', 'UP', 'LOWER_UP'],
    mtu: 1500,
    link_type: 'ether',
    address: '00:0e:c6:00:53:01',
    linkinfo: { info_kind: 'bridge' },
    addr_info: [{ family: 'inet', local: '172.17.0.1', prefixlen: 16 }],
  },
  {
    ifindex: 12,
    ifname: 'wg0',
    flags: ['POINTOPOINT', 'NOARP', 'UP', 'LOWER_UP'],
    mtu: 1420,
    link_type: 'none',
    linkinfo: { info_kind: 'wireguard' },
    addr_info: [{ family: 'inet', local: '10.8.0.6', prefixlen: 32 }],
  },
  {
    ifindex: 13,
    ifname: 'tun0',
    flags: ['POINTOPOINT', 'MULTICAST', 'NOARP', 'UP', 'LOWER_UP'],
    mtu: 1500,
    link_type: 'none',
    linkinfo: { info_kind: 'tun', info_data: { type: 'tun' } },
  },
  {
    ifindex: 14,
    ifname: 'tap0',
    flags: ['BROADCAST', 'MULTICAST', 'UP', 'LOWER_UP'],
    mtu: 1500,
    link_type: 'ether',
    address: '82:0b:45:00:53:01',
    linkinfo: { info_kind: 'tun', info_data: { type: 'tap' } },
  },
  {
    ifindex: 15,
    ifname: 'veth0',
    flags: ['BROADCAST', 'MULTICAST', 'UP', 'LOWER_UP'],
    mtu: 1500,
    link_type: 'ether',
    address: '0a:41:50:00:53:01',
    linkinfo: { info_kind: 'veth' },
  },
  {
    ifindex: 16,
    ifname: 'wwan0',
    flags: ['POINTOPOINT', 'NOARP'],
    mtu: 1500,
    link_type: 'ether',
    address: '02:15:e0:00:53:01',
  },
];

/** `ip -j -4 route show table all`. */
export const LINUX_ROUTES = [
  { dst: 'default', gateway: '10.8.0.1', dev: 'wg0', table: '51820' },
  { dst: 'default', gateway: '192.168.178.1', dev: 'wlp0s20f3', protocol: 'dhcp', metric: 600 },
  { dst: 'default', nexthops: [{ gateway: '198.51.100.1', dev: 'tap0' }] },
  { type: 'unreachable', dst: 'default', dev: 'lo', metric: 4278198272 },
  { dst: '10.20.0.0/16', dev: 'wg0' },
  { dst: '198.51.100.7', via: '192.168.178.1', dev: 'wlp0s20f3' },
  { dst: '192.168.178.0/24', dev: 'wlp0s20f3', protocol: 'kernel', scope: 'link' },
  { type: 'local', dst: '192.168.178.34', dev: 'wlp0s20f3', table: 'local' },
  { type: 'broadcast', dst: '192.168.178.255', dev: 'wlp0s20f3', table: 'local' },
];
