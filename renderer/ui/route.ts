/** Which view is shown and what is open in it, kept in the address (`#/bench/device/…`) so that back, reload and links work. */
import { useSyncExternalStore } from 'react';

export interface Route {
  /** The view's id; empty: the first one. */
  readonly view: string;
  /** What is open in it, in the view's own words. */
  readonly rest: readonly string[];
}

export function readRoute(hash: string): Route {
  const [view = '', ...rest] = hash.replace(/^#\/?/, '').split('/').map(decode);
  return { view, rest: rest.filter(part => part !== '') };
}

export const routeHash = (view: string, ...rest: readonly string[]): string =>
  `#/${[view, ...rest].map(encodeURIComponent).join('/')}`;

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return '';
  }
}

/** Opens a view, or something in it. */
export function go(view: string, ...rest: readonly string[]): void {
  const hash = routeHash(view, ...rest);
  open(hash);
}

/** For every click in the window: a link of the address opens at once, a few frames before the browser would tell of it. */
export function followLink(event: MouseEvent): void {
  const link = event.target instanceof Element ? event.target.closest('a') : null;
  const hash = link?.getAttribute('href');
  const isPlain = event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
  if (!link || !hash?.startsWith('#/') || !isPlain || link.target || event.defaultPrevented) return;
  event.preventDefault();
  open(hash);
}

function open(hash: string): void {
  if (hash === location.hash) return;
  history.pushState(null, '', hash);
  for (const listener of [...listeners]) listener();
}

let known: { readonly hash: string; readonly route: Route } = { hash: '', route: { view: '', rest: [] } };

function current(): Route {
  if (known.hash !== location.hash) known = { hash: location.hash, route: readRoute(location.hash) };
  return known.route;
}

export function useRoute(): Route {
  return useSyncExternalStore(onHashChange, current);
}

const listeners = new Set<() => void>();

function onHashChange(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener('hashchange', listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('hashchange', listener);
  };
}
