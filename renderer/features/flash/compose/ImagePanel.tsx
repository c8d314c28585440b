/** Which image: dropped, chosen, pasted or at hand; then what it is. */
import { Button, Checkbox, TextInput, UnstyledButton } from '@mantine/core';
import { IconDisc, IconFile, IconLink, IconNetwork, IconPhotoDown } from '@tabler/icons-react';
import { type DragEvent, useState } from 'react';
import type { ImageView } from '../../../../main/contract/flash-views.ts';
import { bytesText } from '../../../../main/kit/quantity.ts';
import { FolderChooser } from '../../../engine/FolderChooser.tsx';
import { type Answer, useAnswer, useLink } from '../../../engine/use-engine.tsx';
import { ErrorNote } from '../../../ui/ErrorNote.tsx';
import { Loading } from '../../../ui/Loading.tsx';
import { Panel } from '../../../ui/Panel.tsx';
import { StatusWord } from '../../../ui/StatusWord.tsx';
import { Ago } from '../../../ui/Time.tsx';
import { changeDraft, chooseImage, type Draft } from '../draft.ts';
import { droppedPath, formatText, sha256In } from '../flash.state.ts';
import { fileName, folderName } from '../job.state.ts';
import classes from './Compose.module.css';
import { EepromDialog } from './EepromDialog.tsx';

export function ImagePanel({ draft, image }: { draft: Draft; image: Answer<ImageView> }) {
  const { pickFile, pathOf, facts } = useLink();
  const [isChoosing, setChoosing] = useState(false);
  const [isOver, setOver] = useState(false);
  const [dropped, setDropped] = useState<string>();
  const choose = async (): Promise<void> => {
    if (!pickFile) return setChoosing(true);
    const path = await pickFile();
    if (path !== undefined) chooseImage(path);
  };
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    const { dataTransfer } = event;
    const [file] = dataTransfer.files;
    const path =
      (file && pathOf?.(file)) ||
      droppedPath(dataTransfer.getData('text/uri-list')) ||
      droppedPath(dataTransfer.getData('text/plain'));
    setDropped(path ? undefined : file?.name);
    if (path) chooseImage(path);
  };
  return (
    <Panel
      title="Image"
      className={isOver ? classes.over : undefined}
      aside={
        draft.image !== '' && (
          <Button variant="subtle" color="gray" size="compact-sm" onClick={() => chooseImage('')}>
            Choose another
          </Button>
        )
      }
    >
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping is one of four ways, the others have keys */}
      <div
        className={classes.fill}
        onDragOver={event => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        {draft.image === '' ? (
          <>
            <div className={classes.drop}>
              <IconPhotoDown size={28} stroke={1.4} aria-hidden />
              <p className={classes.dropTitle}>Drop an image here</p>
              <p className={classes.small}>.img or .iso; plain, or as .xz, .gz, .zst, .bz2 or .zip</p>
              <Button variant="default" leftSection={<IconFile size={16} stroke={1.6} />} onClick={() => void choose()}>
                Choose a file
              </Button>
            </div>
            {dropped !== undefined && (
              <p className={classes.hint}>
                {facts.kind === 'browser'
                  ? `A browser does not tell where “${dropped}” is on this laptop. Choose the file instead.`
                  : `It is not known where “${dropped}” is. Choose the file instead.`}
              </p>
            )}
            <PathField />
            <AtHand />
            <MakeOne />
          </>
        ) : image.error ? (
          <>
            <ChosenImage image={draft.image} />
            <ErrorNote error={image.error} retry={image.again} />
            {/archive/.test(image.error.message) && <EntryField entry={draft.entry} />}
          </>
        ) : !image.data || image.data.image !== draft.image ? (
          <Loading what="the image" />
        ) : (
          <KnownImage draft={draft} image={image.data} />
        )}
      </div>
      <FolderChooser
        isOpen={isChoosing}
        pick="file"
        start={undefined}
        onClose={() => setChoosing(false)}
        onChoose={chooseImage}
      />
    </Panel>
  );
}

function PathField() {
  const [typed, setTyped] = useState('');
  return (
    <form
      className={classes.line}
      onSubmit={event => {
        event.preventDefault();
        if (typed.trim() !== '') chooseImage(typed.trim());
      }}
    >
      <TextInput
        flex={1}
        aria-label="Link or path of an image"
        placeholder="https://… or a path"
        leftSection={<IconLink size={16} stroke={1.6} aria-hidden />}
        value={typed}
        onChange={event => setTyped(event.currentTarget.value)}
        spellCheck={false}
        autoComplete="off"
      />
      <Button type="submit" variant="default" disabled={typed.trim() === ''}>
        Use
      </Button>
    </form>
  );
}

const PLACES = { library: 'Library', downloads: 'Downloads', fetched: 'Fetched before' } as const;

function AtHand() {
  const { data } = useAnswer('images.list', {});
  if (!data || data.length === 0) return null;
  return (
    <>
      <h3 className={classes.group}>At hand</h3>
      <ul className={classes.plain}>
        {data.map(({ path, name, size, modified, where }) => (
          <li key={path}>
            <UnstyledButton className={classes.file} onClick={() => chooseImage(path)} title={path}>
              <IconDisc size={20} stroke={1.6} aria-hidden />
              <span className={classes.fileBody}>
                <span className="cut">{name}</span>
                <span className={classes.small}>
                  {bytesText(size)}, {PLACES[where]}, <Ago at={modified} />
                </span>
              </span>
            </UnstyledButton>
          </li>
        ))}
      </ul>
    </>
  );
}

function MakeOne() {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <h3 className={classes.group}>Made here</h3>
      <ul className={classes.plain}>
        <li>
          <UnstyledButton className={classes.file} onClick={() => setOpen(true)}>
            <IconNetwork size={20} stroke={1.6} aria-hidden />
            <span className={classes.fileBody}>
              <span>Let a Raspberry Pi start from the network</span>
              <span className={classes.small}>A card for the bootloader of a Raspberry Pi 4 or 5</span>
            </span>
          </UnstyledButton>
        </li>
      </ul>
      <EepromDialog isOpen={isOpen} onClose={() => setOpen(false)} />
    </>
  );
}

/** `.sha256` of the image itself, else the file's name. */
const publishedName = (path: string, image: string): string =>
  path.startsWith(image) ? path.slice(image.length) : fileName(path);

function ChosenImage({ image }: { image: string }) {
  return (
    <div className={classes.chosen}>
      <IconDisc size={24} stroke={1.6} aria-hidden />
      <span className={classes.fileBody}>
        <strong className={classes.wrap}>{fileName(image)}</strong>
        <span className={`${classes.small} ${classes.wrap}`}>{folderName(image)}</span>
      </span>
    </div>
  );
}

function EntryField({ entry }: { entry: string }) {
  const [typed, setTyped] = useState(entry);
  return (
    <form
      className={classes.line}
      onSubmit={event => {
        event.preventDefault();
        changeDraft({ entry: typed.trim() });
      }}
    >
      <TextInput
        flex={1}
        label="File inside the archive"
        value={typed}
        onChange={event => setTyped(event.currentTarget.value)}
        spellCheck={false}
      />
      <Button type="submit" variant="default" className={classes.end}>
        Look
      </Button>
    </form>
  );
}

function KnownImage({ draft, image }: { draft: Draft; image: ImageView }) {
  const { bmap, published, setUp, format } = image;
  const pasted = draft.checksum.trim();
  const sum = sha256In(pasted);
  return (
    <>
      <ChosenImage image={image.image} />
      <dl className={classes.facts}>
        <dt>It is</dt>
        <dd>{formatText(image)}</dd>
        {setUp && (
          <>
            <dt>System</dt>
            <dd>{setUp.says}</dd>
          </>
        )}
        {draft.eeprom && (
          <>
            <dt>For</dt>
            <dd>{draft.eeprom.board}</dd>
            <dt>Settings</dt>
            <dd className={classes.config}>{draft.eeprom.config.trim()}</dd>
          </>
        )}
        {bmap && (
          <>
            <dt>Block map</dt>
            <dd>
              <StatusWord tone="ok">{bytesText(bmap.mapped)} in use</StatusWord>
            </dd>
          </>
        )}
      </dl>
      {draft.eeprom && (
        <p className={classes.hint}>
          Start the board with this card and wait until its light blinks fast and steadily; then take the card out. The
          board keeps these settings.
        </p>
      )}
      <TextInput
        label="Published SHA-256"
        description={
          published && pasted === ''
            ? `Found beside it (${publishedName(published.path, image.image)}), compared before anything is written`
            : 'Of the file or of the image inside; compared before anything is written'
        }
        placeholder={published?.sha256 ?? 'none: nothing is compared'}
        value={draft.checksum}
        error={pasted !== '' && !sum ? 'A SHA-256 has 64 hexadecimal digits.' : undefined}
        onChange={event => changeDraft({ checksum: event.currentTarget.value })}
        classNames={{ input: 'mono' }}
        spellCheck={false}
        autoComplete="off"
      />
      {format === 'zip' && <EntryField key={image.image} entry={draft.entry || image.name} />}
      <div className={classes.stack}>
        <Checkbox
          label="Read everything back after writing"
          description={draft.verify ? undefined : 'Without it nobody knows whether the card holds the image.'}
          checked={draft.verify}
          onChange={event => changeDraft({ verify: event.currentTarget.checked })}
        />
        {bmap && (
          <Checkbox
            label="Leave out what the block map calls empty"
            checked={draft.bmap && draft.verify}
            disabled={!draft.verify}
            onChange={event => changeDraft({ bmap: event.currentTarget.checked })}
          />
        )}
      </div>
    </>
  );
}
