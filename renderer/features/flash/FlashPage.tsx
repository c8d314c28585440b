/** The flasher: prepare and write, what is at work, what was written. Other views hand an image over as `#/flash/image/<path>`. */
import { useEffect } from 'react';
import { routeHash, useRoute } from '../../ui/route.ts';
import { Compose } from './compose/Compose.tsx';
import { chooseImage } from './draft.ts';
import { HistoryPage } from './HistoryPage.tsx';
import { JobPage } from './jobs/JobPage.tsx';

export default function FlashPage() {
  const [part, id] = useRoute().rest;
  const image = part === 'image' ? id : undefined;
  useEffect(() => {
    if (image === undefined) return;
    chooseImage(image);
    // The address that chose it must not choose it again on the way back.
    location.replace(routeHash('flash'));
  }, [image]);
  if (part === 'job' && id !== undefined) return <JobPage id={id} />;
  if (part === 'history') return <HistoryPage />;
  return <Compose />;
}
