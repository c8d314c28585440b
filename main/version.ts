/** Which Benchboot this is; the build knows. */
export const VERSION = __BENCHBOOT_VERSION__;
