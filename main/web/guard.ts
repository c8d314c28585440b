/**
 * Who may talk to browser mode: only pages that this very server gave to somebody who had the link. A page of another
 * origin, a name that was made to point here (DNS rebinding), and other users of this laptop get nothing. Pure.
 */
import { timingSafeEqual } from 'node:crypto';

export interface GuardParts {
  readonly port: number;
  /** Unguessable text, 128 bits or more. */
  readonly random: () => string;
}

export interface RequestFacts {
  readonly method: string;
  /** Path with query. */
  readonly url: string;
  readonly host: string | undefined;
  readonly origin: string | undefined;
  readonly cookie: string | undefined;
}

export type Verdict =
  | { readonly may: true }
  /** The link was good: set this cookie and go to `/`. */
  | { readonly may: 'enter'; readonly setCookie: string }
  | { readonly may: false; readonly status: 401 | 403 | 405; readonly why: string };

const refused = (status: 401 | 403 | 405, why: string): Verdict => ({ may: false, status, why });

export class Guard {
  readonly #hosts: readonly string[];
  readonly #random: () => string;
  readonly #cookieName: string;
  /** The key in the cookie; every window of this run has the same. */
  readonly #key: string;
  /** Each link opens once. */
  readonly #tokens = new Set<string>();

  constructor({ port, random }: GuardParts) {
    this.#hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
    this.#random = random;
    // Cookies are shared by all ports of a host.
    this.#cookieName = `benchboot-${port}`;
    this.#key = random();
  }

  /** A link that lets one browser in, once. */
  link(): string {
    const token = this.#random();
    this.#tokens.add(token);
    return `http://${this.#hosts[0]}/?token=${token}`;
  }

  /** A link waits for somebody to use it. */
  get isOpen(): boolean {
    return this.#tokens.size > 0;
  }

  judge({ method, url, host, origin, cookie }: RequestFacts): Verdict {
    if (host === undefined || !this.#hosts.includes(host.toLowerCase()))
      return refused(403, 'This address is not the one that Benchboot listens at.');
    if (origin !== undefined && origin !== `http://${host.toLowerCase()}`)
      return refused(403, 'Another page may not talk to Benchboot.');
    if (method !== 'GET' && method !== 'HEAD') return refused(405, 'Only GET and HEAD are answered here.');
    // Only a visit uses a link up: programs that look at links ask for the head alone.
    const token = method === 'GET' ? tokenOf(url) : undefined;
    if (token !== undefined) {
      // Whoever is in already and follows an old link, e.g. from the terminal once more, simply goes on.
      if (!this.#take(token) && !this.#knows(cookie))
        return refused(
          401,
          'This link was used already, or is not from this run. Take the newest one from the terminal.',
        );
      return {
        may: 'enter',
        setCookie: `${this.#cookieName}=${this.#key}; Path=/; HttpOnly; SameSite=Strict`,
      };
    }
    if (!this.#knows(cookie)) return refused(401, 'Open the link that `benchboot web` printed in its terminal.');
    return { may: true };
  }

  /** A page of our own always says where it is from; a request without that is no page. */
  judgeSocket(facts: RequestFacts): Verdict {
    if (facts.origin === undefined) return refused(403, 'A page of Benchboot says where it comes from.');
    const verdict = this.judge({ ...facts, url: '/' });
    return verdict.may === 'enter' ? refused(401, 'Open the page first.') : verdict;
  }

  #knows(cookie: string | undefined): boolean {
    const key = cookies(cookie).get(this.#cookieName);
    return key !== undefined && same(key, this.#key);
  }

  #take(given: string): boolean {
    for (const token of this.#tokens) {
      if (!same(given, token)) continue;
      this.#tokens.delete(token);
      return true;
    }
    return false;
  }
}

function tokenOf(url: string): string | undefined {
  const query = url.indexOf('?');
  return query < 0 ? undefined : (new URLSearchParams(url.slice(query + 1)).get('token') ?? undefined);
}

function cookies(header: string | undefined): ReadonlyMap<string, string> {
  const pairs = (header ?? '').split(';').map(part => part.trim().split('='));
  return new Map(pairs.map(([name = '', ...value]) => [name, value.join('=')]));
}

function same(a: string, b: string): boolean {
  const [x, y] = [Buffer.from(a), Buffer.from(b)];
  return x.length === y.length && timingSafeEqual(x, y);
}
