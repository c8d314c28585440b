/** Keyboard shortcuts as they are called here. */

/** The key before a shortcut's letter, e.g. `Ctrl+`. */
export const MOD = /mac|iphone|ipad/i.test(navigator.platform) ? '⌘' : 'Ctrl+';
