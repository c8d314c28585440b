/** Octets as they cross to a window: base64 in a text message. */

/** Throws where `text` is no base64. A loop: `Uint8Array.from` with a function takes ten times as long. */
export function base64Octets(text: string): Uint8Array<ArrayBuffer> {
  const letters = atob(text);
  const octets = new Uint8Array(letters.length);
  for (let at = 0; at < letters.length; at++) octets[at] = letters.charCodeAt(at);
  return octets;
}
