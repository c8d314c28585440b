/** What can be done with one console: buttons for what is done often, a menu for the rest. */
import { ActionIcon, Menu, Tooltip } from '@mantine/core';
import {
  IconActivityHeartbeat,
  IconAntennaBars5,
  IconBinary,
  IconBolt,
  IconBookmark,
  IconClipboard,
  IconClock,
  IconCopy,
  IconDots,
  IconEraser,
  IconExternalLink,
  IconListCheck,
  IconPlayerEject,
  IconRepeat,
  IconSearch,
  IconSettings2,
  IconTerminal2,
  IconUpload,
  IconZoomIn,
  IconZoomOut,
} from '@tabler/icons-react';
import { memo, type RefObject, useCallback, useMemo, useState } from 'react';
import type { ConsoleView } from '../../../main/contract/views.ts';
import { useLink, useSession } from '../../engine/use-engine.tsx';
import { type Command, useCommands } from '../../ui/commands.ts';
import { routeHash } from '../../ui/route.ts';
import classes from './ConsolePane.module.css';
import type { TerminalControl } from './ConsoleTerminal.tsx';
import { loopbackOutcome, senseOutcome, tabName } from './consoles.state.ts';
import { changeLooks, useLooks, zoom } from './looks.ts';
import { MarkDialog } from './MarkDialog.tsx';
import { SendFileDialog } from './SendFileDialog.tsx';
import { work } from './work.ts';

interface ConsoleToolsProps {
  readonly console: ConsoleView;
  readonly control: RefObject<TerminalControl | null>;
  readonly isHex: boolean;
  readonly onHex: (isHex: boolean) => void;
  readonly onLine: () => void;
  readonly isAlone: boolean;
}

export function ConsoleTools({ console, control, isHex, onHex, onLine, isAlone }: ConsoleToolsProps) {
  const session = useSession();
  const { facts } = useLink();
  const { id, line, job, state } = console;
  /** The console that the open dialog is about. */
  const [sendingTo, setSendingTo] = useState<string>();
  const [marking, setMarking] = useState<string>();
  const isOpen = state.phase === 'open';
  const isFree = isOpen && job === undefined;

  const inTerminal = useMemo(
    () => ({
      find: () => control.current?.find(),
      copy: () => control.current?.copy(),
      paste: () => control.current?.paste(),
    }),
    [control],
  );
  const flipHex = useCallback(() => onHex(!isHex), [onHex, isHex]);
  const popOut = useCallback(
    () => void window.open(routeHash('consoles', 'alone', id), `console-${id}`, 'popup,width=960,height=640'),
    [id],
  );
  const actions = useMemo((): readonly Action[] => {
    const does = { id };
    return [
      { id: 'send', label: 'Send a file', icon: IconUpload, off: !isFree, run: () => setSendingTo(id) },
      { id: 'mark', label: 'Write a mark into the log', icon: IconBookmark, run: () => setMarking(id) },
      { id: 'line', label: 'Change the line (rate, parity)', icon: IconSettings2, off: !line, run: onLine },
      {
        id: 'break',
        label: 'Send a break',
        icon: IconBolt,
        off: !isOpen,
        run: () => work(console, session.call('console.break', does), () => ({ tone: 'ok', text: 'Sent a break.' })),
      },
      {
        id: 'sense',
        label: 'Sense the rate',
        icon: IconAntennaBars5,
        off: !line || !isFree,
        run: () => work(console, session.call('console.sense', does), senseOutcome),
      },
      {
        id: 'loopback',
        label: 'Test the adapter (TX on RX)',
        icon: IconRepeat,
        off: !line || !isFree,
        run: () => work(console, session.call('console.loopback', does), loopbackOutcome),
      },
      state.phase === 'released'
        ? {
            id: 'resume',
            label: 'Take the port back',
            icon: IconPlayerEject,
            run: () => work(console, session.call('console.resume', does)),
          }
        : {
            id: 'release',
            label: 'Let another program use the port',
            icon: IconPlayerEject,
            run: () => work(console, session.call('console.release', does)),
          },
      {
        id: 'clear',
        label: 'Clear the scrollback of this window',
        icon: IconEraser,
        off: isHex,
        run: () => control.current?.clear(),
      },
    ];
  }, [console, session, id, line, isOpen, isFree, isHex, state.phase, onLine, control]);

  useCommands(
    useMemo(
      (): Command[] => [
        ...actions
          .filter(({ off }) => !off)
          .map(({ id: action, label, icon, run }) => ({
            id: `console.${action}`,
            label,
            description: tabName(console),
            group: 'Console',
            icon,
            run,
          })),
        {
          id: 'console.find',
          label: 'Find in the scrollback',
          group: 'Console',
          icon: IconSearch,
          keys: 'Ctrl+Shift+F',
          run: inTerminal.find,
        },
        {
          id: 'console.hex',
          label: isHex ? 'Show the terminal' : 'Show octets (hex)',
          group: 'Console',
          icon: IconBinary,
          run: flipHex,
        },
      ],
      [actions, console, inTerminal, isHex, flipHex],
    ),
  );

  return (
    <div className={classes.tools} role="toolbar" aria-label="Tools of the console">
      <LookToggle look="stages" label="Boot stages" icon={IconActivityHeartbeat} />
      <LookToggle look="times" label="Times of the lines" icon={IconClock} />
      <Tool
        label={isHex ? 'Show the terminal' : 'Show octets (hex)'}
        isOn={isHex}
        icon={isHex ? IconTerminal2 : IconBinary}
        onClick={flipHex}
      />
      <LookToggle look="macros" label="Macros" icon={IconListCheck} />
      <span className={classes.spring} />
      {!isHex && (
        <>
          <Tool label="Find (Ctrl+Shift+F)" icon={IconSearch} onClick={inTerminal.find} />
          <Tool label="Copy what is selected (Ctrl+Shift+C)" icon={IconCopy} onClick={inTerminal.copy} />
          <Tool label="Paste (Ctrl+Shift+V)" icon={IconClipboard} onClick={inTerminal.paste} />
          <Tool label="Smaller letters (Ctrl+-)" icon={IconZoomOut} onClick={smaller} />
          <Tool label="Larger letters (Ctrl++)" icon={IconZoomIn} onClick={larger} />
        </>
      )}
      {!isAlone && facts.kind === 'browser' && (
        <Tool label="Open in a window of its own" icon={IconExternalLink} onClick={popOut} />
      )}
      <Menu position="bottom-end" withinPortal shadow="md">
        <Menu.Target>
          <Tooltip label="More">
            <ActionIcon aria-label="More for this console">
              <IconDots size={18} stroke={1.6} />
            </ActionIcon>
          </Tooltip>
        </Menu.Target>
        <Menu.Dropdown>
          {actions.map(({ id: action, label, icon: Icon, off, run }) => (
            <Menu.Item key={action} leftSection={<Icon size={16} stroke={1.6} />} disabled={off ?? false} onClick={run}>
              {label}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      {sendingTo === id && <SendFileDialog console={console} onClose={() => setSendingTo(undefined)} />}
      {marking === id && <MarkDialog console={console} onClose={() => setMarking(undefined)} />}
    </div>
  );
}

interface Action {
  readonly id: string;
  readonly label: string;
  readonly icon: NonNullable<Command['icon']>;
  readonly off?: boolean;
  readonly run: () => void;
}

interface ToolProps {
  readonly label: string;
  readonly icon: NonNullable<Command['icon']>;
  /** Undefined: it is no switch. */
  readonly isOn?: boolean;
  /** The same one each time: a tool is drawn again only when it looks different. */
  readonly onClick: () => void;
}

const Tool = memo(function Tool({ label, icon: Icon, isOn, onClick }: ToolProps) {
  return (
    <Tooltip label={label}>
      <ActionIcon
        aria-label={label.replace(/ \(Ctrl.*/, '')}
        aria-pressed={isOn}
        variant={isOn ? 'light' : 'subtle'}
        color={isOn ? 'accent' : 'gray'}
        onClick={onClick}
      >
        <Icon size={18} stroke={1.6} />
      </ActionIcon>
    </Tooltip>
  );
});

function LookToggle({ look, ...tool }: { look: 'stages' | 'times' | 'macros' } & Pick<ToolProps, 'label' | 'icon'>) {
  const isOn = useLooks()[look];
  const flip = useCallback(() => changeLooks({ [look]: !isOn }), [look, isOn]);
  return <Tool {...tool} isOn={isOn} onClick={flip} />;
}

const smaller = (): void => zoom(-1);
const larger = (): void => zoom(1);
