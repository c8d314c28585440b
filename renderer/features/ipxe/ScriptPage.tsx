/** A script open in the editor, what the linter says of it, its dry run, and the drawers to build and to serve it. */
import { Button, Tooltip } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { IconBroadcast, IconDeviceFloppy, IconFileOff, IconHammer } from '@tabler/icons-react';
import { useDeferredValue, useMemo, useRef } from 'react';
import type { IpxeView } from '../../../main/contract/views.ts';
import { lintScript } from '../../../main/ipxe/script/index.ts';
import { type Command, useCommands } from '../../ui/commands.ts';
import { Empty } from '../../ui/Empty.tsx';
import { ErrorNote } from '../../ui/ErrorNote.tsx';
import { go } from '../../ui/route.ts';
import { StatusWord } from '../../ui/StatusWord.tsx';
import { BuildDrawer } from './BuildDrawer.tsx';
import { DryRunPanel } from './DryRunPanel.tsx';
import { findingsText, fromEditor } from './document.state.ts';
import { ScriptEditor, type ScriptEditorHandle } from './editor/ScriptEditor.tsx';
import { Findings } from './Findings.tsx';
import { programOf } from './machine.state.ts';
import { ScriptList } from './ScriptList.tsx';
import { ScriptName } from './ScriptName.tsx';
import classes from './ScriptPage.module.css';
import { ServeDrawer } from './ServeDrawer.tsx';
import { givenText } from './serve.state.ts';
import { type DocumentHook, useDocument } from './use-document.ts';
import { useShownMachine } from './use-shown-machine.ts';

interface ScriptPageProps {
  readonly name: string;
  readonly drawer: string | undefined;
  readonly ipxe: IpxeView;
}

export function ScriptPage({ name, drawer, ipxe }: ScriptPageProps) {
  const open = useDocument(name);
  return (
    <div className={classes.root}>
      <ScriptList current={name} />
      {open.document ? (
        <Opened name={name} drawer={drawer} ipxe={ipxe} open={open} text={open.document.text} />
      ) : open.isMissing ? (
        <Empty
          icon={IconFileOff}
          title={`There is no script "${name}"`}
          action={<Button onClick={() => go('ipxe')}>See what there is</Button>}
        >
          It was deleted or renamed.
        </Empty>
      ) : (
        open.error && (
          <div className={classes.failed}>
            <ErrorNote error={open.error} />
          </div>
        )
      )}
    </div>
  );
}

interface OpenedProps extends ScriptPageProps {
  readonly open: DocumentHook;
  readonly text: string;
}

function Opened({ name, drawer, ipxe, open, text }: OpenedProps) {
  const { isDirty, save, change, error, clearError } = open;
  const document = open.document!;
  const shown = useShownMachine();
  const editor = useRef<ScriptEditorHandle>(null);
  const target = programOf(shown.machine);
  const given = givenText(ipxe, name, shown.machines);
  const isServed = given !== undefined;
  const linted = useDeferredValue(text);
  const findings = useMemo(() => lintScript(linted, { target, networkOpen: isServed }), [linted, target, isServed]);
  const close = (): void => go('ipxe', 'script', name);
  const openDrawer = (which: 'build' | 'serve'): void => go('ipxe', 'script', name, which);
  useHotkeys(
    [
      ['mod+S', () => void save()],
      ['Escape', () => drawer !== undefined && close()],
    ],
    [],
    true,
  );
  useCommands(
    useMemo(
      (): Command[] => [
        { id: 'ipxe.save', label: `Save ${name}`, group: 'iPXE', icon: IconDeviceFloppy, run: () => void save() },
        {
          id: 'ipxe.build',
          label: `Build ${name} into a file`,
          group: 'iPXE',
          icon: IconHammer,
          run: () => go('ipxe', 'script', name, 'build'),
        },
        {
          id: 'ipxe.serve',
          label: `Serve ${name} to machines`,
          group: 'iPXE',
          icon: IconBroadcast,
          run: () => go('ipxe', 'script', name, 'serve'),
        },
      ],
      [name, save],
    ),
  );
  return (
    <>
      <div className={classes.middle}>
        <header className={classes.header}>
          <ScriptName name={name} onRename={open.flush} />
          <span className={classes.spring} />
          <Tooltip label="Save (Ctrl+S)">
            <Button
              variant="default"
              leftSection={<IconDeviceFloppy size={16} stroke={1.6} aria-hidden />}
              disabled={!isDirty}
              onClick={() => void save()}
            >
              Save
            </Button>
          </Tooltip>
          <Button
            variant="default"
            leftSection={<IconBroadcast size={16} stroke={1.6} aria-hidden />}
            onClick={() => openDrawer('serve')}
          >
            Serve
          </Button>
          <Button leftSection={<IconHammer size={16} stroke={1.6} aria-hidden />} onClick={() => openDrawer('build')}>
            Build
          </Button>
        </header>
        {error && (
          <div className={classes.error}>
            <ErrorNote error={error} dismiss={clearError}>
              {error.code === 'SCRIPT_CHANGED' && (
                <Button size="compact-sm" color="red" onClick={() => void save(true)}>
                  Replace it with mine
                </Button>
              )}
            </ErrorNote>
          </div>
        )}
        <ScriptEditor
          key={document.turn}
          label={`Script ${name}`}
          text={document.first}
          onChange={change}
          findings={findings}
          findingsOf={linted}
          target={target}
          handle={editor}
        />
        <Findings
          findings={findings}
          summary={findingsText(findings)}
          onLine={line => editor.current?.goTo(line)}
          onFix={fix => editor.current?.fix(fix, linted)}
        >
          {given && (
            <StatusWord
              tone="info"
              icon={IconBroadcast}
              title={isDirty ? 'They get what is saved.' : 'From their next boot on.'}
            >
              {given}
            </StatusWord>
          )}
          {isDirty && (
            <StatusWord tone="warn" title="What you typed is kept; the file is as it was.">
              Not saved
            </StatusWord>
          )}
        </Findings>
      </div>
      <DryRunPanel
        text={text}
        bench={ipxe.bench}
        shown={shown}
        isServed={isServed}
        onLine={line => editor.current?.goTo(line)}
      />
      {drawer === 'build' && (
        <BuildDrawer name={name} text={fromEditor(document)} machines={shown.machines} onClose={close} />
      )}
      {drawer === 'serve' && (
        <ServeDrawer name={name} ipxe={ipxe} machines={shown.machines} isDirty={isDirty} save={save} onClose={close} />
      )}
    </>
  );
}
