/** What was written to which card, read from which and found out about which: kept when everything else is forgotten. */
import { Button, Modal, TextInput } from '@mantine/core';
import { IconHistory, IconSearch } from '@tabler/icons-react';
import { Fragment, useMemo, useState } from 'react';
import type { FlashRecord } from '../../../main/contract/flash-views.ts';
import { spanText } from '../../../main/kit/duration.ts';
import { useAnswer, useTable } from '../../engine/use-engine.tsx';
import { CopyCsv } from '../../ui/CopyCsv.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { ErrorNote } from '../../ui/ErrorNote.tsx';
import { Loading } from '../../ui/Loading.tsx';
import { go } from '../../ui/route.ts';
import { StatusWord } from '../../ui/StatusWord.tsx';
import { Time } from '../../ui/Time.tsx';
import { Cell, HeadCell, VirtualGrid } from '../../ui/VirtualGrid.tsx';
import classes from './Flash.module.css';
import { FlashHead } from './FlashHead.tsx';
import { matchesRecord, recordText, recordVerdict } from './history.state.ts';
import { fileName } from './job.state.ts';

const MOST = 5000;
const COLUMNS = '120px 128px minmax(0, 3fr) minmax(0, 3fr) minmax(0, 4fr) 88px';

export function HistoryPage() {
  const ended = [...useTable('flashJobs').values()].filter(({ state }) => state === 'ended').length;
  const history = useAnswer('flash.history', { limit: MOST }, [ended]);
  const [wanted, setWanted] = useState('');
  const [opened, setOpened] = useState<FlashRecord>();
  const records = useMemo(
    () => (history.data ?? []).filter(record => matchesRecord(record, wanted)),
    [history.data, wanted],
  );
  return (
    <>
      <FlashHead current="history">
        <TextInput
          size="xs"
          w={240}
          aria-label="Find in the history"
          placeholder="Card, image, host name, serial"
          leftSection={<IconSearch size={14} stroke={1.6} />}
          value={wanted}
          onChange={event => setWanted(event.currentTarget.value)}
        />
        <CopyCsv what="records" header={HEADER} rows={() => records.map(csvRow)} />
      </FlashHead>
      {history.error ? (
        <ErrorNote error={history.error} retry={history.again} />
      ) : !history.data ? (
        <Loading what="the history" />
      ) : records.length === 0 ? (
        <div className={classes.empty}>
          <Empty
            icon={IconHistory}
            title={wanted === '' ? 'Nothing was written yet' : 'Nothing like that'}
            action={wanted === '' ? <Button onClick={() => go('flash')}>Write a card</Button> : undefined}
          >
            {wanted === ''
              ? 'Every card that is written, read or probed leaves a line here: which image, when, and how it ended.'
              : 'Try another word: part of a name, an image, a serial number.'}
          </Empty>
        </div>
      ) : (
        <VirtualGrid
          label="History of cards"
          count={records.length}
          keyOf={index => `${records[index]!.t} ${records[index]!.drive}`}
          columns={COLUMNS}
          className={classes.list}
          onOpen={index => setOpened(records[index])}
          header={
            <>
              <HeadCell>When</HeadCell>
              <HeadCell>Result</HeadCell>
              <HeadCell>Image</HeadCell>
              <HeadCell>Drive</HeadCell>
              <HeadCell>What</HeadCell>
              <HeadCell>Took</HeadCell>
            </>
          }
          row={index => <RecordCells record={records[index]!} />}
        />
      )}
      <Modal opened={opened !== undefined} onClose={() => setOpened(undefined)} title={opened?.drive} size="lg">
        {opened && <WholeRecord record={opened} />}
      </Modal>
    </>
  );
}

function RecordCells({ record }: { record: FlashRecord }) {
  const { tone, word } = recordVerdict(record);
  return (
    <>
      <Cell>
        <Time at={Date.parse(record.t)} />
      </Cell>
      <Cell>
        <StatusWord tone={tone}>{word}</StatusWord>
      </Cell>
      <Cell title={record.image}>{record.image ? fileName(record.image) : <span className="dim">none</span>}</Cell>
      <Cell title={record.serial}>{record.drive}</Cell>
      <Cell title={recordText(record)}>{recordText(record)}</Cell>
      <Cell className="numbers">{record.seconds === undefined ? '' : spanText(record.seconds)}</Cell>
    </>
  );
}

function WholeRecord({ record }: { record: FlashRecord }) {
  const { tone, word } = recordVerdict(record);
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['Image', record.image],
    ['SHA-256', record.sha256],
    ['Serial number', record.serial],
    ['Why', record.reason],
  ];
  return (
    <dl className={classes.record}>
      <dt>Result</dt>
      <dd>
        <StatusWord tone={tone}>{word}</StatusWord>
      </dd>
      <dt>When</dt>
      <dd>
        <Time at={Date.parse(record.t)} />
        {record.seconds !== undefined && `, took ${spanText(record.seconds)}`}
      </dd>
      {facts.map(
        ([name, value]) =>
          value !== undefined && (
            <Fragment key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </Fragment>
          ),
      )}
      {record.sentences && record.sentences.length > 0 && (
        <>
          <dt>Read back</dt>
          <dd>
            {record.sentences.map(sentence => (
              <p key={sentence}>{sentence}</p>
            ))}
          </dd>
        </>
      )}
    </dl>
  );
}

const HEADER = ['When', 'Action', 'Result', 'Image', 'SHA-256', 'Drive', 'Serial', 'Seconds', 'What'];
const csvRow = (record: FlashRecord) => [
  record.t,
  record.action,
  record.result,
  record.image,
  record.sha256,
  record.drive,
  record.serial,
  record.seconds,
  recordText(record),
];
