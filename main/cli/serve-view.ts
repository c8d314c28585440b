/** What a person sees while `serve` runs: who is on the bench, at which stage, at what rate. Not a packet log. */
import type { Bench } from '../bench/bench.ts';
import type { LoggedEvent } from '../bench/event-log.ts';
import type { DeviceView } from '../devices/devices.ts';
import type { Engine } from '../engine.ts';
import { clockText, spanText, timeOfDay } from '../kit/duration.ts';
import { printable } from '../kit/printable.ts';
import { bytesText } from '../kit/quantity.ts';
import { cutTo, liveScreen, styled, wrapped } from './screen.ts';

export interface ServeView {
  started(bench: Bench): void;
  close(): void;
}

/** For a terminal: one picture, drawn again twice a second. */
export function screenView(engine: Engine): ServeView {
  const notes: string[] = [];
  let stopped: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  let screen: ReturnType<typeof liveScreen> | undefined;
  const off = engine.events.on(event => {
    // A device's hint stands beside the device.
    const note = event.type === 'device.hint' ? undefined : noteOf(event);
    if (event.type === 'stopped') stopped = note;
    if (!note) return;
    // The first seconds have no picture yet, and say what is going on.
    if (!screen && event.type === 'notice') process.stdout.write(`${note}\n`);
    notes.push(note);
    if (notes.length > 4) notes.shift();
  });
  return {
    started(bench) {
      const began = Date.now();
      screen = liveScreen();
      const draw = () => screen?.draw(picture(bench, (Date.now() - began) / 1000, notes, Date.now()));
      timer = setInterval(draw, 500);
      draw();
    },
    close() {
      clearInterval(timer);
      off();
      screen?.close();
      // The picture is not drawn again; that it is over, and why, stands below it.
      if (stopped) process.stdout.write(`${stopped}\n`);
    },
  };
}

/** For a pipe or a log: a line when something moved on. */
export function plainView(engine: Engine): ServeView {
  const off = engine.events.on(event => {
    const line = event.type === 'device.stage' ? stageLine(event) : noteOf(event);
    if (line) process.stdout.write(`${line}\n`);
  });
  return {
    started(bench) {
      for (const line of heading(bench)) process.stdout.write(`${line}\n`);
      process.stdout.write('Press Ctrl-C to stop.\n');
    },
    close: off,
  };
}

function heading({ plan, ready }: Bench): string[] {
  const { nic, range, mode, force } = plan;
  const services = [...new Set(ready.bound.map(each => each.service))].map(name => name.toUpperCase()).join(', ');
  const gives = range ? `boards get ${range[0]} to ${range[1]}` : 'another server gives the addresses';
  return [
    `${nic.name}  ${ready.address}/${ready.prefix}  ${services}${mode === 'proxy' ? ' (proxy)' : ''}; ${gives}`,
    `files: ${plan.root ?? 'none (no --root); boards get the iPXE menu'}`,
    ...force.map(rule => styled('red', `! the safety rule ${rule} is switched off`)),
  ];
}

/** What stands on the screen, line by line; `seconds` since the start, `now` in milliseconds since 1970. */
export function picture(bench: Bench, seconds: number, notes: readonly string[], now: number): string[] {
  const devices = bench.devices.snapshot();
  const [first = '', ...rest] = heading(bench);
  const rows =
    devices.length > 0 ? devices.flatMap(device => deviceRows(device, now)) : ['  No device yet. Switch a board on.'];
  return [
    `${styled('bold', first)}  ${clockText(seconds)}`,
    ...rest,
    '',
    ...rows,
    ...(notes.length > 0 ? ['', ...notes.map(note => styled('dim', note))] : []),
    '',
    styled('dim', 'Ctrl-C stops serving and leaves this laptop as it was.'),
  ];
}

/** A MAC and what a board calls itself fit; a longer name would push the columns after it aside. */
const NAME_WIDTH = 24;

function deviceRows(device: DeviceView, now: number): string[] {
  const stages = device.stages.map(({ stage, seconds }) =>
    seconds === undefined ? stage : `${stage} ${spanText(seconds)}`,
  );
  const last = stages.pop();
  const story = [...stages.map(text => styled('dim', text)), last === undefined ? '' : styled('bold', last)].join(
    ' - ',
  );
  const name = cutTo(device.name, NAME_WIDTH).padEnd(NAME_WIDTH);
  const silent = (now - device.lastSeen) / 1000;
  const row = `  ${styled('cyan', name)} ${(device.ip ?? '').padEnd(15)} ${(device.client ?? '').padEnd(18)} ${story}`;
  const moving = device.progress && device.stage !== 'up' ? progressText(device.progress, device.lastSeen) : '';
  const waiting = device.stage !== 'up' && silent > 20 ? `silent for ${spanText(silent)}` : '';
  const extra = [moving, waiting].filter(Boolean).join('; ');
  return [
    row,
    ...(extra ? [`    ${extra}`] : []),
    ...(device.hint && device.stage !== 'up' ? hintRows(device.hint.text) : []),
  ];
}

function hintRows(hint: string): string[] {
  const lines = wrapped(hint, (process.stdout.columns ?? 80) - 6);
  return lines.map((line, i) => styled('yellow', `${i === 0 ? '    ! ' : '      '}${line}`));
}

function progressText(transfer: NonNullable<DeviceView['progress']>, heardAt: number): string {
  const { file, bytes, total, startedAt, stopped } = transfer;
  const amount = bytes < total ? `${bytesText(bytes)} of ${bytesText(total)}` : bytesText(total);
  if (stopped) return `${file} stopped after ${amount}`;
  const rate = transfer.rate ?? (heardAt > startedAt ? bytes / ((heardAt - startedAt) / 1000) : 0);
  return `${file} ${amount}${rate > 0 ? ` at ${bytesText(rate)}/s` : ''}`;
}

/** A device moved on. */
export function stageLine(event: Extract<LoggedEvent, { type: 'device.stage' }>): string {
  const after = event.after === undefined ? '' : ` after ${spanText(event.after)}`;
  return `${timeOfDay(event.t)}  ${event.name}${event.ip ? ` (${event.ip})` : ''}: ${event.stage}${after}, ${event.by}`;
}

/** What a person should read besides the devices, as a line; undefined for everyday events. */
export function noteOf(event: LoggedEvent): string | undefined {
  const at = timeOfDay(event.t);
  switch (event.type) {
    case 'device.hint':
      return `${at}  ${event.name}: ${event.hint}`;
    case 'safety.refused':
      return `${at}  ${event.rule}: ${event.because}.`;
    case 'notice':
      // What a command of the system said may have many lines.
      return `${at}  ${printable(event.message, 500)}`;
    case 'nic.link':
      return `${at}  ${event.nic}: ${event.carrier ? `cable in${event.speed ? ` at ${event.speed} Mb/s` : ''}` : event.present ? 'no cable' : 'the port is gone'}`;
    case 'stopped':
      return `${at}  Stopped: ${event.reason}.`;
    default:
      return undefined;
  }
}
