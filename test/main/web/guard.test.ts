/** Who may talk to browser mode, case by case. */
import { describe, expect, it } from 'vitest';
import { Guard, type RequestFacts } from '../../../main/web/guard.ts';

function guarded() {
  let last = 0;
  const guard = new Guard({ port: 4000, random: () => `secret-${++last}` });
  const link = new URL(guard.link());
  const entered = guard.judge(from({ url: `${link.pathname}${link.search}` }));
  if (entered.may !== 'enter') throw new Error('the link does not open');
  return { guard, link, cookie: entered.setCookie.split(';')[0]!, setCookie: entered.setCookie };
}
const from = (facts: Partial<RequestFacts>): RequestFacts => ({
  method: 'GET',
  url: '/',
  host: '127.0.0.1:4000',
  origin: undefined,
  cookie: undefined,
  ...facts,
});

describe('the link', () => {
  it('opens once, for a cookie that no script and no other site can use', () => {
    const { guard, link, setCookie } = guarded();
    expect(link.href).toMatch(/^http:\/\/127\.0\.0\.1:4000\/\?token=secret-\d$/);
    expect(setCookie).toMatch(/^benchboot-4000=secret-\d; Path=\/; HttpOnly; SameSite=Strict$/);
    expect(guard.judge(from({ url: link.search }))).toMatchObject({ may: false, status: 401 });
  });

  it('is not used up by a program that only looks at it', () => {
    const { guard } = guarded();
    const url = new URL(guard.link()).search;
    expect(guard.judge(from({ method: 'HEAD', url }))).toMatchObject({ may: false, status: 401 });
    expect(guard.judge(from({ url })).may).toBe('enter');
  });

  it('followed once more by a browser that is in already, leads in', () => {
    const { guard, link, cookie } = guarded();
    expect(guard.judge(from({ url: link.search, cookie })).may).toBe('enter');
  });

  it('of each call is another one; a used one does not spoil the next', () => {
    const { guard } = guarded();
    const [one, two] = [guard.link(), guard.link()].map(link => new URL(link).search);
    expect(one).not.toBe(two);
    for (const url of [two!, one!]) expect(guard.judge(from({ url })).may).toBe('enter');
  });
});

describe('a request', () => {
  const { guard, cookie } = guarded();
  it.each<[string, Partial<RequestFacts>, true | number]>([
    ['with the cookie', { cookie }, true],
    ['with the cookie among others', { cookie: `a=b; ${cookie}; c=d` }, true],
    ['by the name localhost', { cookie, host: 'localhost:4000' }, true],
    ['of our own page', { cookie, origin: 'http://127.0.0.1:4000' }, true],
    ['HEAD', { cookie, method: 'HEAD' }, true],
    ['without a cookie', {}, 401],
    ['with an empty cookie', { cookie: 'benchboot-4000=' }, 401],
    ['with a wrong cookie', { cookie: 'benchboot-4000=secret-9' }, 401],
    ["with another port's cookie", { cookie: cookie.replace('4000', '4001') }, 401],
    ['with a made-up token', { url: '/?token=x' }, 401],
    ['with an empty token', { url: '/?token=' }, 401],
    ['to another name (DNS rebinding)', { cookie, host: 'evil.example:4000' }, 403],
    ['to another port', { cookie, host: '127.0.0.1:4001' }, 403],
    ['to no name', { cookie, host: undefined }, 403],
    ['to a name that begins alike', { cookie, host: '127.0.0.1:4000.evil.example' }, 403],
    ['from a foreign page', { cookie, origin: 'http://evil.example' }, 403],
    ['from a file', { cookie, origin: 'null' }, 403],
    ['from the same name by https', { cookie, origin: 'https://127.0.0.1:4000' }, 403],
    ['from our own page under another name', { cookie, origin: 'http://localhost:4000' }, 403],
    ['POST', { cookie, method: 'POST' }, 405],
  ])('%s', (_name, facts, expected) => {
    const verdict = guard.judge(from(facts));
    expect(verdict.may === false ? verdict.status : verdict.may).toBe(expected);
  });

  it('for a socket must say where it comes from, and no link opens one', () => {
    const origin = 'http://127.0.0.1:4000';
    expect(guard.judgeSocket(from({ cookie, origin, url: '/engine' })).may).toBe(true);
    expect(guard.judgeSocket(from({ cookie, url: '/engine' }))).toMatchObject({ may: false, status: 403 });
    const url = new URL(guard.link()).search;
    expect(guard.judgeSocket(from({ origin, url }))).toMatchObject({ may: false, status: 401 });
  });
});
