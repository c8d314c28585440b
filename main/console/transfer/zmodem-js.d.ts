/** What we use of zmodem.js, which has no types of its own. */
declare module 'zmodem.js' {
  export interface Transfer {
    /** Where the receiver wants it to begin. */
    get_offset(): number;
    send(octets: ArrayLike<number>): void;
    end(octets?: ArrayLike<number>): Promise<void>;
  }
  export interface SendSession {
    /** Undefined when the receiver skips the file. */
    send_offer(offer: {
      name: string;
      size: number;
      mtime?: Date;
      files_remaining?: number;
      bytes_remaining?: number;
    }): Promise<Transfer | undefined>;
    close(): Promise<void>;
    abort(): void;
  }
  interface Detection {
    get_session_role(): 'send' | 'receive';
    confirm(): SendSession;
    deny(): void;
  }
  class Sentry {
    constructor(options: {
      to_terminal: (octets: number[]) => void;
      sender: (octets: number[]) => void;
      on_detect: (detection: Detection) => void;
      on_retract: () => void;
    });
    /** Throws when the other end breaks the protocol. */
    consume(octets: ArrayLike<number>): void;
  }
  const Zmodem: { readonly Sentry: typeof Sentry };
  export default Zmodem;
}
