/**
 * Style elements that our own scripts make carry the page's nonce, whichever library makes them. The Content-Security-Policy
 * lets those pass and no others (`main/contract/page.ts`); most libraries that inject styles have no option of their own for it.
 * Style attributes that scripts set go through the object model, which the policy leaves to scripts.
 */
const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce;

if (nonce) {
  const create = document.createElement.bind(document);
  document.createElement = ((name: string, options?: ElementCreationOptions) => {
    const element = create(name, options);
    if (element instanceof HTMLStyleElement) element.nonce = nonce;
    return element;
  }) as typeof document.createElement;
  const { setAttribute } = HTMLElement.prototype;
  HTMLElement.prototype.setAttribute = function set(this: HTMLElement, name: string, value: string) {
    if (name === 'style') this.style.cssText = value;
    else setAttribute.call(this, name, value);
  };
}
