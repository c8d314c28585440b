import './app/style-nonce.ts';
import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import '@mantine/spotlight/styles.css';
import './ui/tokens.css';
import { createRoot } from 'react-dom/client';
import { App } from './app/App.tsx';
import { findLink } from './engine/link.ts';
import { Session } from './engine/session.ts';

const session = new Session(findLink());
session.open();
createRoot(document.getElementById('root')!).render(<App session={session} />);
