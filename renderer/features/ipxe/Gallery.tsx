/** Where a person begins: templates to choose from, their own scripts, and what iPXE is in three sentences. */
import { Button } from '@mantine/core';
import { IconFileCode, IconFileImport, IconPencil } from '@tabler/icons-react';
import { useState } from 'react';
import type { ErrorView } from '../../../main/contract/error-view.ts';
import type { IpxeView } from '../../../main/contract/views.ts';
import { TEMPLATES } from '../../../main/ipxe/script/index.ts';
import { useTable } from '../../engine/use-engine.tsx';
import { ErrorNote } from '../../ui/ErrorNote.tsx';
import { routeHash } from '../../ui/route.ts';
import { StatusWord } from '../../ui/StatusWord.tsx';
import { Ago } from '../../ui/Time.tsx';
import { useOpenFile } from './DropZone.tsx';
import { NEW_SCRIPT } from './document.state.ts';
import { ErrorCode } from './ErrorCode.tsx';
import classes from './Gallery.module.css';
import { useNewScript } from './new-script.ts';
import { givenText } from './serve.state.ts';
import { TEMPLATE_ICONS } from './template-icons.ts';
import { useMachines } from './use-machines.ts';

export function Gallery({ ipxe }: { ipxe: IpxeView }) {
  const scripts = [...useTable('scripts').values()];
  const newScript = useNewScript();
  const openFile = useOpenFile();
  const machines = useMachines();
  const [error, setError] = useState<ErrorView>();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it may scroll, and the keyboard must be able to
    <div className={classes.root} tabIndex={0}>
      <div className={classes.page}>
        <header className={classes.head}>
          <div>
            <h1 className={classes.title}>What shall the machine boot?</h1>
            <p className={classes.lead}>
              iPXE is the small program that a bare machine starts first. A script tells it what to load and from where.
              Choose a template, answer its form, and Benchboot serves the script or builds it into a file for a stick.
            </p>
          </div>
          <div className={classes.actions}>
            <Button
              variant="default"
              leftSection={<IconFileImport size={16} stroke={1.6} aria-hidden />}
              onClick={() => openFile()}
            >
              Open a file
            </Button>
            <Button
              variant="default"
              leftSection={<IconPencil size={16} stroke={1.6} aria-hidden />}
              onClick={() => void newScript('script', NEW_SCRIPT).then(setError)}
            >
              Write your own
            </Button>
          </div>
        </header>
        {error && <ErrorNote error={error} dismiss={() => setError(undefined)} />}
        {scripts.length > 0 && (
          <section aria-labelledby="own-scripts">
            <h2 className={classes.group} id="own-scripts">
              Your scripts
            </h2>
            <ul className={classes.scripts}>
              {scripts.map(({ name, saved, draft }) => (
                <li key={name}>
                  <a className={classes.script} href={routeHash('ipxe', 'script', name)}>
                    <IconFileCode size={18} stroke={1.6} aria-hidden />
                    <span className={`${classes.scriptName} cut`}>{name}</span>
                    {givenText(ipxe, name, machines) && (
                      <StatusWord tone="ok">{givenText(ipxe, name, machines)}</StatusWord>
                    )}
                    {draft !== undefined && <StatusWord tone="warn">Not saved</StatusWord>}
                    <span className={classes.when}>
                      <Ago at={draft ?? saved!.at} />
                    </span>
                  </a>
                </li>
              ))}
            </ul>
          </section>
        )}
        <section aria-labelledby="templates">
          <h2 className={classes.group} id="templates">
            Templates
          </h2>
          <ul className={classes.cards}>
            {TEMPLATES.map(({ name, title, about }) => {
              const Icon = TEMPLATE_ICONS[name] ?? IconFileCode;
              return (
                <li key={name}>
                  <a className={classes.card} href={routeHash('ipxe', 'template', name)}>
                    <span className={classes.icon}>
                      <Icon size={20} stroke={1.6} aria-hidden />
                    </span>
                    <span>
                      <span className={classes.cardTitle}>{title}</span>
                      <span className={classes.cardText}>{about}</span>
                    </span>
                  </a>
                </li>
              );
            })}
          </ul>
        </section>
        <ErrorCode />
        <p className={classes.foot}>
          Drop a script, or an iPXE program, image or ISO anywhere here to see what is in it. Scripts are kept in{' '}
          <span className="mono">{ipxe.folder}</span>.
        </p>
      </div>
    </div>
  );
}
