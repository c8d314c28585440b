/** Who may import whom. Each rule is a fence of the architecture; what breaks it is printed as "file -> file breaks rule N". */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const project = fileURLToPath(new URL('..', import.meta.url));

interface Import {
  readonly from: string;
  /** A path of the project, or the name of a package (`node:fs`, `koffi`). */
  readonly to: string;
  /** Leaves nothing behind when types are stripped. */
  readonly typesOnly: boolean;
}

const STATEMENT =
  /^(?:import|export)\s+(type\s)?(?:[\w*{][^;'"]*?\sfrom\s+)?'([^']+)'|\bimport\(\s*'([^']+)'\s*\)|\bimport\.meta\.resolve\('([^']+)'\)/gm;

function importsOf(from: string, source: string): Import[] {
  const code = source.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
  return [...code.matchAll(STATEMENT)].map(([, type, direct, dynamic, resolved]) => {
    const to = (direct ?? dynamic ?? resolved)!;
    return {
      from,
      to: to.startsWith('.') ? normalize(join(dirname(from), to)).replaceAll('\\', '/') : to,
      typesOnly: type !== undefined,
    };
  });
}

const filesIn = (folder: string): string[] =>
  readdirSync(join(project, folder), { recursive: true, encoding: 'utf8' }).map(
    name => `${folder}/${name.replaceAll('\\', '/')}`,
  );
const files = [...filesIn('main'), ...filesIn('renderer')].filter(
  name =>
    /\.tsx?$/.test(name) &&
    name !== 'renderer/vite.config.ts' &&
    !name.includes('/node_modules/') &&
    !/node-dhcpd-lite\/(test|examples)\//.test(name),
);
const imports = files.flatMap(name => importsOf(name, readFileSync(join(project, name), 'utf8')));

const under =
  (...folders: string[]) =>
  (path: string) =>
    folders.some(folder => path === folder || path.startsWith(`${folder}/`));
const isOurs = under('main', 'test', 'electron', 'renderer', 'resources', 'scripts');
const isPackage = (path: string) => /^node-dhcpd-lite(\/|$)/.test(path);
const isNode = (path: string) => path.startsWith('node:');
const isHostImplementation = under('main/host/node', 'main/host/memory', 'main/host/helper');

/** Bytes to values and back. */
const isCodec = (path: string) =>
  under('main/node-dhcpd-lite/src/codec')(path) ||
  path === 'main/node-dhcpd-lite/src/addresses.ts' ||
  /^main\/(tftp|http)\/wire\.ts$/.test(path) ||
  /^main\/dns\/message\.ts$/.test(path) ||
  /^main\/console\/(com-port|telnet)\.ts$/.test(path) ||
  /^main\/flash\/source\/(bmap|format|xz-index|zstd-frame)\.ts$/.test(path) ||
  /^main\/host\/helper\/(lines|scm-rights)\.ts$/.test(path) ||
  /^main\/wire\/(ethernet|lldp|mac|messages|netconsole|octets|pcapng)\.ts$/.test(path);

/** Decisions and machines: values in, values out. */
const MACHINES = [
  'main/app/{flash-job-view}',
  'main/boot/*',
  'main/devices/*',
  'main/bench/{event-log,events,rival-guard}',
  'main/bench-file/*',
  'main/console/{binding,escapes}',
  'main/console/baud-sense/{score,sense}',
  'main/console/expect/{ready-made,run,script}',
  'main/console/loopback/{loopback}',
  'main/console/paste/{paste}',
  'main/console/stages/*',
  'main/console/transfer/{send-machine,xmodem}',
  'main/content/{content,device-values,name,per-mac,template}',
  'main/dns/answer',
  'main/doctor/firewall',
  'main/flash/{block-sums,chunk,events,pace,progress}',
  'main/flash/source/decode/xz-plan',
  'main/flash/customise/{boot-text,cloud-init,csv,custom-toml,eeprom,ignition,image-kind,intent,mail-merge}',
  'main/flash/customise/{network-manager,passport,plan,presets,recipe,shell}',
  'main/flash/drive/{capacity,describe,find,offer,queue}',
  'main/host/{drive-identity,drive-use}',
  'main/host/helper/{capabilities,conversation,elevation,messages}',
  'main/host/node/{darwin-drives,plist}',
  'main/host/node/{block-snapshot,block-uses,linux-drives,linux-nics,linux-serial-ports,superblock,usb-serial-chips}',
  'main/http/{conditional,media-types,paths,range,report}',
  'main/ipxe/script/*',
  'main/media/fat/*',
  'main/ipxe/embed/*',
  'main/ipxe/{media,medium,targets}',
  'main/media/{block-store,boot-loader,disk-image,iso-image,partition-tables,partitions}',
  'main/oobm/{nodectl}',
  'main/nic/{addressing,worthiness}',
  'main/tftp/{negotiate,netascii,transfer}',
  'main/wire/{address-watch,dhcp-probe,inspect,listener,station}',
  'main/node-dhcpd-lite/src/leases/{identity,lease,pool,slot,store}',
  'main/node-dhcpd-lite/src/server/*',
];
const isMachine = (path: string) =>
  MACHINES.some(pattern => {
    const text = pattern
      .replace(/\{(.*)\}/, (_, names: string) => `(${names.replaceAll(',', '|')})`)
      .replace('*', '[^/]+');
    return new RegExp(`^${text}\\.ts$`).test(path);
  });

interface Rule {
  readonly says: string;
  /** This import breaks the rule. */
  readonly broken: (one: Import) => boolean;
}

const RULES: readonly Rule[] = [
  {
    says: 'kit knows nothing of ours',
    broken: ({ from, to }) => under('main/kit')(from) && ((isOurs(to) && !under('main/kit')(to)) || isPackage(to)),
  },
  {
    says: 'a codec knows bytes: no Node module, no decision, and of the host its types alone',
    broken: ({ from, to, typesOnly }) =>
      isCodec(from) &&
      (isNode(to) ||
        (under('main/host')(to) && !typesOnly) ||
        (isOurs(to) && !typesOnly && !isCodec(to) && !under('main/kit', 'main/node-dhcpd-lite')(to))),
  },
  {
    says: 'a machine decides: no Node module, and of the host its types alone',
    broken: ({ from, to, typesOnly }) =>
      isMachine(from) && (isNode(to) || (under('main/host')(to) && !typesOnly && !isMachine(to))),
  },
  {
    says: 'host implementations are chosen by entries and tests alone',
    broken: ({ from, to }) =>
      isHostImplementation(to) &&
      !under('main/host', 'main/app/process.ts', 'main/cli')(from) &&
      !/^main\/local-[a-z]+\.ts$/.test(from),
  },
  {
    says: 'the engine needs no window, and nothing needs tests',
    broken: ({ from, to }) =>
      under('test')(to) ||
      (under('main')(from) && (under('electron', 'renderer')(to) || to === 'electron' || /^react/.test(to))),
  },
  {
    says: 'node-dhcpd-lite stands alone',
    broken: ({ from, to }) => under('main/node-dhcpd-lite')(from) && isOurs(to) && !under('main/node-dhcpd-lite')(to),
  },
  {
    says: 'others use node-dhcpd-lite by its name',
    broken: ({ from, to }) => under('main/node-dhcpd-lite')(to) && !under('main/node-dhcpd-lite')(from),
  },
  {
    says: 'the host knows no feature',
    broken: ({ from, to }) =>
      under('main/host')(from) && isOurs(to) && !under('main/host', 'main/kit', 'main/errors.ts')(to),
  },
  {
    says: 'a protocol server knows no other one, and of the bench its events alone',
    broken: ({ from, to }) =>
      ['tftp', 'http', 'dns'].some(
        name =>
          under(`main/${name}`)(from) &&
          isOurs(to) &&
          !under(
            `main/${name}`,
            'main/kit',
            'main/host/host.ts',
            'main/errors.ts',
            'main/content/content.ts',
            'main/bench/events.ts',
          )(to),
      ),
  },
  {
    says: 'only faces and entries stand above the engine',
    broken: ({ from, to, typesOnly }) =>
      (under('main/engine.ts')(to) && !typesOnly && !under('main/local-engine.ts', 'main/cli')(from)) ||
      (under('main/cli', 'main/web')(to) && !under('main/cli', 'main/web')(from)) ||
      (under('main/app')(to) && !under('main/app', 'main/cli', 'main/web')(from)),
  },
  {
    says: 'the bench is below the engine: features never start it',
    broken: ({ from, to, typesOnly }) =>
      /^main\/bench\/(bench|plan|second-dhcp|dhcp-service|content-service)\.ts$/.test(to) &&
      !typesOnly &&
      !under('main/bench', 'main/engine.ts', 'main/cli', 'main/app')(from),
  },
  {
    says: 'the contract is names, schemas and types: of the engine it knows no more than types and errors',
    broken: ({ from, to, typesOnly }) =>
      under('main/contract')(from) &&
      isOurs(to) &&
      !typesOnly &&
      !under('main/contract', 'main/errors.ts', 'main/bench/events.ts')(to),
  },
  {
    says: 'transports carry the contract and know nothing else; a window runs them too, so no Node module',
    broken: ({ from, to, typesOnly }) =>
      under('main/rpc')(from) && (isNode(to) || (isOurs(to) && !typesOnly && !under('main/rpc', 'main/contract')(to))),
  },
  {
    says: 'the event record is types and names: it runs nothing of others',
    broken: ({ from, to, typesOnly }) => from === 'main/bench/events.ts' && isOurs(to) && !typesOnly,
  },
  {
    says: 'a window knows the contract and what is pure; its engine folder knows the transport; no Node module',
    broken: ({ from, to }) =>
      under('renderer')(from) &&
      (isNode(to) ||
        under('electron')(to) ||
        (under('main')(to) &&
          !under('main/contract', 'main/kit')(to) &&
          !isMachine(to) &&
          !isCodec(to) &&
          !(under('renderer/engine')(from) && under('main/rpc')(to)))),
  },
  {
    says: 'a feature of the window knows no other one',
    broken: ({ from, to }) => {
      const feature = /^(renderer\/features\/[^/]+)\//.exec(from)?.[1];
      return (
        feature !== undefined && (under('renderer/features')(to) ? !under(feature)(to) : under('renderer/app')(to))
      );
    },
  },
  {
    says: 'the pieces that views are made of know no engine and no feature',
    broken: ({ from, to }) =>
      under('renderer/ui')(from) && under('renderer/engine', 'renderer/features', 'renderer/app')(to),
  },
];

const breaches = (all: readonly Import[], rule: Rule): string[] =>
  all
    .filter(rule.broken)
    .map(({ from, to }) => `${from} -> ${to} breaks rule ${RULES.indexOf(rule) + 1}: ${rule.says}`);

describe('import rules', () => {
  it('reads every import there is', () => {
    expect(files.length).toBeGreaterThan(150);
    expect(imports.filter(({ to }) => /^(main|renderer)\/.*\.tsx?$/.test(to) && !files.includes(to))).toEqual([]);
    const source = `
      import type { A } from './a.ts';
      import { type B, b } from '../b.ts';
      import './c.ts';
      export * from './d.ts';
      export type { E } from './e.ts';
      import {
        f,
      } from 'node:fs';
      // import { no } from './no.ts';
      /* import './no.ts'; */
      const g = await import('./g.ts');
    `.replace(/^ {6}/gm, '');
    expect(importsOf('main/x/y.ts', source)).toEqual([
      { from: 'main/x/y.ts', to: 'main/x/a.ts', typesOnly: true },
      { from: 'main/x/y.ts', to: 'main/b.ts', typesOnly: false },
      { from: 'main/x/y.ts', to: 'main/x/c.ts', typesOnly: false },
      { from: 'main/x/y.ts', to: 'main/x/d.ts', typesOnly: false },
      { from: 'main/x/y.ts', to: 'main/x/e.ts', typesOnly: true },
      { from: 'main/x/y.ts', to: 'node:fs', typesOnly: false },
      { from: 'main/x/y.ts', to: 'main/x/g.ts', typesOnly: false },
    ]);
  });

  it('every pattern of a pure file still meets a file', () => {
    for (const pattern of MACHINES) {
      const names = /\{(.*)\}/.exec(pattern)?.[1]?.split(',') ?? ['*'];
      for (const name of names) {
        const path = `${pattern.replace(/\{.*\}|\*/, name)}.ts`;
        expect(name === '*' ? files.some(isMachine) : files.includes(path), path).toBe(true);
      }
    }
  });

  it('the privileged helper reaches the host alone, directly or through others', () => {
    const reached = new Set(['main/host/helper/helper.ts']);
    for (const file of reached)
      for (const { from, to, typesOnly } of imports) if (from === file && isOurs(to) && !typesOnly) reached.add(to);
    expect(reached.size).toBeGreaterThan(15);
    const isAllowed = under('main/host', 'main/kit', 'main/errors.ts');
    expect([...reached].filter(file => !isAllowed(file))).toEqual([]);
    // What a stranger sent is read by others: no frame here, and no image.
    expect([...reached].filter(file => /packet-(link|message)|elevated|memory/.test(file))).toEqual([]);
  });

  it.each(RULES.map((rule, index) => [index + 1, rule.says, rule] as const))('rule %i: %s', (_number, _says, rule) => {
    expect(breaches(imports, rule)).toEqual([]);
  });

  it.each([
    ['main/kit/x.ts', 'main/errors.ts', 1],
    ['main/tftp/wire.ts', 'node:fs', 2],
    ['main/node-dhcpd-lite/src/codec/packet.ts', 'node:util', 2],
    ['main/tftp/transfer.ts', 'node:timers', 3],
    ['main/boot/recipes.ts', 'node:fs', 3],
    ['main/engine.ts', 'main/host/node/node-host.ts', 4],
    ['main/engine.ts', 'electron', 5],
    ['main/node-dhcpd-lite/src/index.ts', 'main/errors.ts', 6],
    ['main/tftp/server.ts', 'main/node-dhcpd-lite/src/index.ts', 7],
    ['main/host/node/clock.ts', 'main/tftp/server.ts', 8],
    ['main/tftp/server.ts', 'main/http/server.ts', 9],
    ['main/bench/bench.ts', 'main/engine.ts', 10],
    ['main/http/server.ts', 'main/bench/bench.ts', 11],
    ['main/contract/calls.ts', 'main/bench/bench.ts', 12],
    ['main/rpc/serve.ts', 'node:net', 13],
    ['main/bench/events.ts', 'main/devices/devices.ts', 14],
    ['renderer/features/bench/bench.state.ts', 'main/bench/bench.ts', 15],
    ['renderer/features/bench/BenchPage.tsx', 'main/rpc/connect.ts', 15],
    ['renderer/features/bench/BenchPage.tsx', 'renderer/features/settings/SettingsPage.tsx', 16],
    ['renderer/ui/Panel.tsx', 'renderer/engine/use-engine.tsx', 17],
  ])('%s -> %s would break rule %i', (from, to, number) => {
    expect(breaches([{ from, to, typesOnly: false }], RULES[number - 1]!)).toHaveLength(1);
  });
});
