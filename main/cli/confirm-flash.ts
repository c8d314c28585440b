/** The one question before something is destroyed: what will be lost, and a word that nobody types by accident. */
import { createInterface } from 'node:readline/promises';
import { contentText, driveTitle } from '../flash/drive/describe.ts';
import type { Offer } from '../flash/drive/offer.ts';

/** A drive and what is lost with it. */
export function lossLines({ drive, mounted }: Offer): string[] {
  return [
    `  ${driveTitle(drive)}  ${drive.path}${drive.serial ? `  serial ${drive.serial}` : ''}`,
    `  now on it, and lost then: ${contentText(drive)}`,
    ...(mounted.length > 0 ? [`  mounted at ${mounted.join(', ')}: will be unmounted`] : []),
  ];
}

export async function saysYes(question: string): Promise<boolean> {
  const asking = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return (await asking.question(question)).trim().toLowerCase() === 'yes';
  } finally {
    asking.close();
  }
}
