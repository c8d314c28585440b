/** package.json's version, written in by the build. */
declare const __BENCHBOOT_VERSION__: string;
