/** The host for whoever started Benchboot: the machine itself when they have the rights, else with the helper. */
import { readFileSync } from 'node:fs';
import type { Host } from '../host.ts';
import { nodeHost } from '../node/node-host.ts';
import { hasBenchRights } from './capabilities.ts';
import { type ElevationOptions, elevatedHost } from './elevated-host.ts';
import { HELPER_FILE } from './helper-file.ts';
import { systemElevation } from './system-elevation.ts';

/** Where there is no way to ask for rights, what needs them fails with PERMISSION_MISSING. */
export function userHost(lost?: ElevationOptions['lost']): Host {
  const base = nodeHost();
  const elevate = process.getuid?.() === 0 ? undefined : systemElevation();
  if (!elevate) return base;
  const asking = elevatedHost(base, { helperEntry: HELPER_FILE, elevate, ...(lost && { lost }) });
  // A program that was given the network's rights still has none to drives.
  return hasRights() ? { ...base, drives: asking.drives } : asking;
}

/** This process may do by itself what a bench needs. Windows asks nobody twice: what runs elevated elevates silently. */
export function hasRights(): boolean {
  if (process.platform === 'linux') return hasBenchRights(readFileSync('/proc/self/status', 'latin1'));
  return process.getuid?.() === 0;
}
