/** Tells people who hear the screen what happened: politely, in sentences, a few at a time. */
import { VisuallyHidden } from '@mantine/core';
import { useEffect, useState } from 'react';
import { gatherSentences } from './gather-sentences.ts';

let waiting: string[] = [];
let speak: (() => void) | undefined;

/** Says a whole sentence soon. Many at once are summed up. */
export function announce(sentence: string): void {
  waiting.push(sentence);
  speak?.();
}

const GATHER_MS = 1_500;

/** Once in the app. */
export function LiveRegion() {
  const [text, setText] = useState('');
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    speak = () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        setText(gatherSentences(waiting));
        waiting = [];
      }, GATHER_MS);
    };
    if (waiting.length > 0) speak();
    return () => {
      clearTimeout(timer);
      speak = undefined;
    };
  }, []);
  return (
    <VisuallyHidden>
      <output aria-live="polite">{text}</output>
    </VisuallyHidden>
  );
}
