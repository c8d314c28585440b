/** The chips of serial adapters by USB vendor and product id. */

const CHIPS: Readonly<Record<string, string>> = {
  '1a86:7523': 'CH340',
  '1a86:7522': 'CH340K',
  '1a86:5523': 'CH341',
  '1a86:55d2': 'CH342',
  '1a86:55d3': 'CH343',
  '1a86:55d5': 'CH344',
  '1a86:55d4': 'CH9102',
  '1a86:55d8': 'CH9101',
  '10c4:ea60': 'CP2102',
  '10c4:ea63': 'CP2102N',
  '10c4:ea70': 'CP2105',
  '10c4:ea71': 'CP2108',
  '0403:6001': 'FT232R',
  '0403:6010': 'FT2232',
  '0403:6011': 'FT4232',
  '0403:6014': 'FT232H',
  '0403:6015': 'FT-X',
  '067b:2303': 'PL2303',
  '067b:23a3': 'PL2303GC',
  '067b:23b3': 'PL2303GB',
  '067b:23c3': 'PL2303GT',
  '067b:23d3': 'PL2303GL',
  '067b:23e3': 'PL2303GE',
  '067b:23f3': 'PL2303GS',
  '04e2:1410': 'XR21V1410',
  '04d8:000a': 'Microchip CDC',
  '04d8:00dd': 'MCP2200',
  '2e8a:000c': 'Raspberry Pi Debug Probe',
  '2e8a:000a': 'Raspberry Pi Pico',
  '303a:1001': 'Espressif USB Serial/JTAG',
  '0483:374b': 'ST-Link V2-1',
  '0483:374e': 'ST-Link V3',
  '0483:5740': 'STM32 CDC',
};

const VENDORS: Readonly<Record<string, string>> = {
  '1366': 'SEGGER J-Link',
};

/** Undefined when it is none we know. Ids are 4 lower-case hex digits. */
export function chipName(vendorId: string | undefined, productId: string | undefined): string | undefined {
  if (vendorId === undefined) return undefined;
  return CHIPS[`${vendorId}:${productId}`] ?? VENDORS[vendorId];
}
