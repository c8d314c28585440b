/** What a machine would do with the script: where it ends, what it asks, every file it fetches, each step. */
import { Select, Tabs, UnstyledButton } from '@mantine/core';
import { IconChevronRight } from '@tabler/icons-react';
import { useState } from 'react';
import type { IpxeView } from '../../../main/contract/views.ts';
import type { DryRun, MenuShown } from '../../../main/ipxe/script/index.ts';
import { StatusWord, type Tone } from '../../ui/StatusWord.tsx';
import { Cell, VirtualGrid } from '../../ui/VirtualGrid.tsx';
import classes from './DryRunPanel.module.css';
import {
  type Choices,
  endingParts,
  endingText,
  fetchText,
  filesOf,
  filesSummary,
  isFailure,
  menusOf,
  placeText,
  secondsText,
  settingOf,
  shortUrl,
} from './dry-run.state.ts';
import { FIRMWARE_WORDS, PRESETS } from './machine.state.ts';
import { useDryRun } from './use-dry-run.ts';
import type { ShownMachine } from './use-shown-machine.ts';

interface DryRunPanelProps {
  readonly text: string;
  readonly bench: IpxeView['bench'];
  readonly shown: ShownMachine;
  /** The script comes over the network, which is open then. */
  readonly isServed: boolean;
  /** Paths of files that will be there as soon as the script is. */
  readonly coming?: readonly string[];
  readonly onLine?: (line: number) => void;
}

const NONE: readonly string[] = [];

export function DryRunPanel({ text, bench, shown, isServed, coming = NONE, onLine }: DryRunPanelProps) {
  const [choices, setChoices] = useState<Choices>({});
  const { machines, machine, choose } = shown;
  const { run, isAsking, isKnown } = useDryRun(text, machine, bench, { choices, isServed });
  const group = (name: string, all: ShownMachine['machines']) => ({
    group: name,
    items: all.map(({ id, name: label, firmware }) => ({
      value: id,
      label: firmware && !id.startsWith('preset') ? `${label} (${FIRMWARE_WORDS[firmware]})` : label,
    })),
  });
  return (
    <section className={classes.root} aria-label="Dry run">
      <header className={classes.header}>
        <h2 className={classes.title}>Dry run</h2>
        <Select
          aria-label="The machine that runs it"
          size="xs"
          className={classes.machine ?? ''}
          value={machine.id}
          onChange={id => id && choose(id)}
          data={[...(machines.length > 0 ? [group('On the bench', machines)] : []), group('Usual machines', PRESETS)]}
        />
      </header>
      <Ending run={run} onLine={onLine} />
      <Tabs
        defaultValue="story"
        keepMounted={false}
        classNames={{ root: classes.tabs ?? '', panel: classes.panel ?? '' }}
      >
        <Tabs.List>
          <Tabs.Tab value="story">Story</Tabs.Tab>
          <Tabs.Tab value="steps">Steps ({run.steps.length})</Tabs.Tab>
          <Tabs.Tab value="screen">Screen</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="story">
          <Story
            run={run}
            bench={bench}
            isAsking={isAsking}
            isKnown={isKnown}
            coming={coming}
            choices={choices}
            onChoose={setChoices}
            onLine={onLine}
          />
        </Tabs.Panel>
        <Tabs.Panel value="steps">
          <Steps run={run} onLine={onLine} />
        </Tabs.Panel>
        <Tabs.Panel value="screen">
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it may scroll, and the keyboard must be able to */}
          <pre className={classes.screen} tabIndex={0}>
            {run.screen.length === 0 ? 'Nothing is printed.' : run.screen.join('\n')}
          </pre>
        </Tabs.Panel>
      </Tabs>
    </section>
  );
}

function Ending({ run, onLine }: { run: DryRun; onLine: ((line: number) => void) | undefined }) {
  const { tone, title } = endingText(run);
  const { says } = endingParts(run.ending.sentence);
  const step = run.ending.step === undefined ? undefined : run.steps[run.ending.step];
  return (
    <div className={classes.ending} data-tone={tone} role="status">
      <div className={classes.endingHead}>
        <StatusWord tone={tone}>{title}</StatusWord>
        <span className="numbers dim">after {secondsText(run.seconds)}</span>
        {step && step.script === 0 && onLine && (
          <UnstyledButton className={classes.line} onClick={() => onLine(step.line)}>
            line {step.line}
          </UnstyledButton>
        )}
      </div>
      <p className={classes.sentence}>{says}</p>
    </div>
  );
}

interface StoryProps {
  readonly run: DryRun;
  readonly bench: IpxeView['bench'];
  readonly isAsking: boolean;
  readonly isKnown: (url: string) => boolean;
  readonly coming: readonly string[];
  readonly choices: Choices;
  readonly onChoose: (choices: Choices) => void;
  readonly onLine: ((line: number) => void) | undefined;
}

function Story({ run, bench, isAsking, isKnown, coming, choices, onChoose, onLine }: StoryProps) {
  const files = filesOf(run);
  const isComing = (url: string): boolean => coming.includes(shortUrl(url, bench));
  const menus = menusOf(run);
  const { commandLine } = endingParts(run.ending.sentence);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it may scroll, and the keyboard must be able to
    <div className={classes.scroll} tabIndex={0}>
      {menus.map(menu => (
        <Menu key={`${menu.step}`} menu={menu} choices={choices} onChoose={onChoose} />
      ))}
      <h3 className={classes.group}>
        Files <span className="dim">{files.length > 0 && filesSummary(run, isComing)}</span>
      </h3>
      {files.length === 0 ? (
        <p className={classes.quiet}>It fetches nothing.</p>
      ) : (
        <ul className={classes.files} aria-busy={isAsking}>
          {files.map(file => {
            const { tone, word, detail } = fetchText(file, {
              isKnown: isKnown(file.url),
              isComing: isComing(file.url),
            });
            const step = run.steps[file.step];
            return (
              <li key={file.url}>
                <StatusWord tone={tone as Tone}>{word}</StatusWord>
                <span className={classes.url} title={file.url}>
                  {step && step.script === 0 && onLine ? (
                    <UnstyledButton className={`${classes.link} mono`} onClick={() => onLine(step.line)}>
                      {shortUrl(file.url, bench)}
                    </UnstyledButton>
                  ) : (
                    <span className="mono">{shortUrl(file.url, bench)}</span>
                  )}
                  <span className="dim numbers">{detail}</span>
                </span>
              </li>
            );
          })}
        </ul>
      )}
      {commandLine !== undefined && (
        <>
          <h3 className={classes.group}>Kernel command line</h3>
          <p className={`${classes.commandLine} mono`}>{commandLine}</p>
        </>
      )}
      <p className={classes.quiet}>{placeText(bench)}</p>
    </div>
  );
}

function Menu({
  menu,
  choices,
  onChoose,
}: {
  menu: MenuShown;
  choices: Choices;
  onChoose: (choices: Choices) => void;
}) {
  const setting = settingOf(menu);
  const picked = choices[setting] ?? menu.chosen;
  return (
    <section className={classes.menu} aria-label={`Menu: ${menu.title}`}>
      <h3 className={classes.menuTitle}>{menu.title || 'Menu'}</h3>
      <ul className={classes.items}>
        {menu.items.map((item, index) =>
          item.name === undefined ? (
            // biome-ignore lint/suspicious/noArrayIndexKey: headings have no name, and stay where they are
            <li key={index} className={classes.heading}>
              {item.text}
            </li>
          ) : (
            <li key={item.name}>
              <UnstyledButton
                className={classes.item}
                aria-pressed={picked === item.name}
                onClick={() => onChoose({ ...choices, [setting]: item.name! })}
              >
                <IconChevronRight size={14} stroke={2} aria-hidden className={classes.mark} />
                <span className="cut">{item.text || item.name}</span>
                {item.key && <span className="dim">{item.key}</span>}
              </UnstyledButton>
            </li>
          ),
        )}
      </ul>
      <p className={classes.quiet}>
        {choices[setting] !== undefined ? (
          <UnstyledButton
            className={classes.link}
            onClick={() => {
              const { [setting]: _, ...others } = choices;
              onChoose(others);
            }}
          >
            Take the choice back
          </UnstyledButton>
        ) : menu.timeoutMs === undefined ? (
          'It waits until somebody chooses. Choose one to see where it leads.'
        ) : (
          `Nobody chooses: after ${secondsText(menu.timeoutMs / 1000)} it takes the marked one.`
        )}
      </p>
    </section>
  );
}

const STEP_COLUMNS = '52px 44px minmax(0, 1fr)';

function Steps({ run, onLine }: { run: DryRun; onLine: ((line: number) => void) | undefined }) {
  return (
    <VirtualGrid
      label="Steps"
      count={run.steps.length}
      keyOf={index => index}
      columns={STEP_COLUMNS}
      rowHeight={28}
      className={classes.steps}
      onOpen={
        onLine &&
        (index => {
          const step = run.steps[index];
          if (step?.script === 0) onLine(step.line);
        })
      }
      row={index => {
        const step = run.steps[index]!;
        const { at, line, script, command, says } = step;
        return (
          <>
            <Cell className="numbers">{at.toFixed(1)} s</Cell>
            <Cell className="numbers dim">{script === 0 ? line : `+${line}`}</Cell>
            <Cell title={says ? `${command}: ${says}` : command}>
              <span className={isFailure(step) ? `mono ${classes.failed}` : 'mono'}>{command}</span>
              {says && <span className="dim"> {says}</span>}
            </Cell>
          </>
        );
      }}
    />
  );
}
