/** Media type by file name: what UEFI HTTP Boot decides by, and what a browser shows rather than saves. */

/** UEFI 2.10 section 24.7.3 names these three; firmware that gets another type falls back to the name or gives up. */
const UEFI = {
  efi: 'application/efi',
  iso: 'application/vnd.efi-iso',
  img: 'application/vnd.efi-img',
} as const;

const TEXT = 'text/plain; charset=utf-8';

const BY_EXTENSION: Readonly<Record<string, string>> = {
  ...UEFI,
  ...Object.fromEntries(
    'ipxe txt text cfg conf ini ks preseed seed list log md sh yaml yml ign dts service repo asc pub sum sha256 sha512 md5'
      .split(' ')
      .map(extension => [extension, TEXT]),
  ),
  html: 'text/html; charset=utf-8',
  htm: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  mjs: 'text/javascript; charset=utf-8',
  xml: 'text/xml; charset=utf-8',
  json: 'application/json',
  pdf: 'application/pdf',
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  ico: 'image/x-icon',
  // Active content of its own when shown as a page; as an image it needs this type.
  svg: 'image/svg+xml',
  wasm: 'application/wasm',
  gz: 'application/gzip',
  tgz: 'application/gzip',
  xz: 'application/x-xz',
  bz2: 'application/x-bzip2',
  zst: 'application/zstd',
  zip: 'application/zip',
  tar: 'application/x-tar',
};

/** Names without an extension that are text: cloud-init's NoCloud files, checksums. */
const BY_NAME: Readonly<Record<string, string>> = Object.fromEntries(
  'user-data meta-data vendor-data network-config sha256sums sha512sums md5sums readme license'
    .split(' ')
    .map(name => [name, TEXT]),
);

/** For a path or a file name, in any case. */
export function mediaType(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
  const dot = name.lastIndexOf('.');
  const byExtension =
    dot >= 0 && Object.hasOwn(BY_EXTENSION, name.slice(dot + 1)) ? BY_EXTENSION[name.slice(dot + 1)] : undefined;
  return byExtension ?? (Object.hasOwn(BY_NAME, name) ? BY_NAME[name]! : 'application/octet-stream');
}
