/** The names of what crosses between the shell and its window; everything else goes to the engine over its own port. */
export const CHANNELS = {
  /** Window to shell: give me a line to the engine. */
  openEngine: 'engine:open',
  /** Shell to window: here it is, as the port of the message. */
  enginePort: 'engine:port',
  /** Shell to window: how the engine's process is; as a request, how it is now. */
  engineState: 'engine:state',
  restartEngine: 'engine:restart',
  /** Window to shell: the system's dialog for a `folder` or a `file`. */
  pick: 'dialog:pick',
} as const;
