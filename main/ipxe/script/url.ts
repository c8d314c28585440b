/** URIs as iPXE reads them (core/uri.c): what is absolute, how a relative one is resolved, what an image is called. */

/** Letters, `-` and `_` only: iPXE takes no digits in a scheme. */
const SCHEME = /^([A-Za-z_-]+):/;

export const schemeOf = (uri: string): string | undefined => SCHEME.exec(uri)?.[1]?.toLowerCase();

/** Fetched over a network interface, so it has to be open. */
export const needsNetwork = (uri: string): boolean => schemeOf(uri) !== undefined && schemeOf(uri) !== 'file';

/** Host of `scheme://user@host:port/…`, in lower case. */
export const hostOf = (uri: string): string | undefined =>
  /^[A-Za-z_-]+:\/\/(?:[^/@]*@)?(\[[^\]]*\]|[^/:?#]*)/.exec(uri)?.[1]?.toLowerCase();

/** Path without query and fragment, still encoded; begins with a slash. */
export function pathOf(uri: string): string {
  const rest = uri
    .replace(SCHEME, '')
    .replace(/^\/\/[^/?#]*/, '')
    .replace(/[?#].*$/, '');
  return rest.startsWith('/') ? rest : `/${rest}`;
}

/** The last part of the path, which names the image. */
export const imageNameOf = (uri: string): string => decodePath(pathOf(uri).split('/').at(-1) ?? '');

/** `base` is where the script came from. */
export function resolveUri(base: string | undefined, uri: string): string {
  if (schemeOf(uri) !== undefined || base === undefined) return uri;
  const origin = /^[A-Za-z_-]+:(\/\/[^/?#]*)?/.exec(base)?.[0] ?? '';
  if (uri.startsWith('/')) return origin + uri;
  if (uri.startsWith('?')) return origin + pathOf(base) + uri;
  let folder = pathOf(base).replace(/[^/]*$/, '');
  let rest = uri;
  for (let dots = /^\.\.?(\/|$)/.exec(rest); dots; dots = /^\.\.?(\/|$)/.exec(rest)) {
    if (dots[0].startsWith('..')) folder = folder.replace(/[^/]+\/$/, '');
    rest = rest.slice(dots[0].length);
  }
  return origin + folder + rest;
}

/** Percent-encoding undone; what is no encoding stays. */
export function decodePath(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
