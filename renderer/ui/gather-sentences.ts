/** What is read aloud of many things that happened at once. Pure. */

const READ_AT_ONCE = 4;

export function gatherSentences(sentences: readonly string[]): string {
  const distinct = [...new Set(sentences)];
  const more = distinct.length - READ_AT_ONCE;
  return [...distinct.slice(0, READ_AT_ONCE), ...(more > 0 ? [`And ${more} more.`] : [])].join(' ');
}
