/** The flasher: prepare and write, what is at work, what was written. */
import { useRoute } from '../../ui/route.ts';
import { Compose } from './compose/Compose.tsx';
import { HistoryPage } from './HistoryPage.tsx';
import { JobPage } from './jobs/JobPage.tsx';

export default function FlashPage() {
  const [part, id] = useRoute().rest;
  if (part === 'job' && id !== undefined) return <JobPage id={id} />;
  if (part === 'history') return <HistoryPage />;
  return <Compose />;
}
