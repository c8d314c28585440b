/**
 * Many words sought in one pass (Aho and Corasick, 1975): one table step for each byte, whatever the words are, so that
 * hostile output costs no more than any other. ASCII case does not matter. Pure; knows bytes and word numbers.
 */
export class Needles {
  /** Class of a byte: bytes that occur in no word share class 0. */
  readonly classOf = new Uint8Array(256);
  readonly classes: number;
  /** Node after node and class: `next[node * classes + class]`; node 0 is the start. */
  readonly next: Uint16Array;
  /** Numbers of the words that end at a node. */
  readonly found: readonly (readonly number[] | undefined)[];

  /** Words are ASCII, at most 65,535 characters together. */
  constructor(words: readonly string[]) {
    let classes = 1;
    for (const char of words.join('').toLowerCase()) {
      const code = char.charCodeAt(0);
      if (this.classOf[code] !== 0) continue;
      this.classOf[code] = classes;
      this.classOf[char.toUpperCase().charCodeAt(0)] = classes++;
    }
    this.classes = classes;

    const trie: number[][] = [new Array<number>(classes).fill(-1)];
    const ends: number[][] = [[]];
    words.forEach((word, number) => {
      let node = 0;
      for (const char of word.toLowerCase()) {
        const byte = this.classOf[char.charCodeAt(0)]!;
        if (trie[node]![byte] === -1) {
          trie[node]![byte] = trie.length;
          trie.push(new Array<number>(classes).fill(-1));
          ends.push([]);
        }
        node = trie[node]![byte]!;
      }
      ends[node]!.push(number);
    });

    this.next = new Uint16Array(trie.length * classes);
    const fallback = new Uint16Array(trie.length);
    const queue = [0];
    for (let head = 0; head < queue.length; head++) {
      const node = queue[head]!;
      for (let byte = 0; byte < classes; byte++) {
        const child = trie[node]![byte]!;
        const elsewhere = node === 0 ? 0 : this.next[fallback[node]! * classes + byte]!;
        this.next[node * classes + byte] = child === -1 ? elsewhere : child;
        if (child === -1) continue;
        fallback[child] = elsewhere;
        ends[child]!.push(...ends[elsewhere]!);
        queue.push(child);
      }
    }
    this.found = ends.map(numbers => (numbers.length > 0 ? numbers : undefined));
  }
}
