/** Files for the iPXE view, dropped or chosen: a script is opened, anything else is looked into. */
import { IconFileImport } from '@tabler/icons-react';
import { createContext, type DragEvent, type ReactNode, useCallback, useContext, useRef, useState } from 'react';
import type { ErrorView } from '../../../main/contract/error-view.ts';
import { LARGEST_UPLOAD, PIECE } from '../../../main/contract/ipxe-calls.ts';
import type { Inspection } from '../../../main/contract/views.ts';
import { decodeScript, LARGEST_SCRIPT } from '../../../main/ipxe/script/index.ts';
import type { Session } from '../../engine/session.ts';
import { useSession, viewOf } from '../../engine/use-engine.tsx';
import classes from './DropZone.module.css';
import { InspectionDialog } from './InspectionDialog.tsx';
import { useNewScript } from './new-script.ts';

const OpenFile = createContext<() => void>(() => {});

/** Asks for a file and opens it. */
export const useOpenFile = (): (() => void) => useContext(OpenFile);

export interface LookedInto {
  readonly name: string;
  readonly inspection?: Inspection;
  readonly error?: ErrorView;
}

export function DropZone({ children }: { children: ReactNode }) {
  const session = useSession();
  const newScript = useNewScript();
  const input = useRef<HTMLInputElement>(null);
  const depth = useRef(0);
  const [isOver, setOver] = useState(false);
  const [looked, setLooked] = useState<LookedInto>();

  const open = useCallback(
    async (file: File) => {
      const { name } = file;
      try {
        if (await isScript(file)) {
          const { text } = decodeScript(new Uint8Array(await file.arrayBuffer()));
          const error = await newScript(name, text);
          if (error) setLooked({ name, error });
          return;
        }
        if (file.size > LARGEST_UPLOAD) {
          setLooked({ name, error: tooLarge(file) });
          return;
        }
        setLooked({ name });
        setLooked({ name, inspection: await inspected(file, session) });
      } catch (thrown) {
        setLooked({ name, error: viewOf(thrown) });
      }
    },
    [session, newScript],
  );

  const moved = (by: number) => (event: DragEvent) => {
    if (!event.dataTransfer.types.includes('Files')) return;
    depth.current += by;
    setOver(depth.current > 0);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: whoever cannot drop uses "Open a file"
    <div
      className={classes.root}
      onDragEnter={moved(1)}
      onDragLeave={moved(-1)}
      onDragOver={event => event.preventDefault()}
      onDrop={event => {
        event.preventDefault();
        event.stopPropagation();
        depth.current = 0;
        setOver(false);
        const [file] = event.dataTransfer.files;
        if (file) void open(file);
      }}
    >
      <OpenFile value={useCallback(() => input.current?.click(), [])}>{children}</OpenFile>
      <input
        ref={input}
        type="file"
        hidden
        aria-label="File to open"
        accept=".ipxe,.efi,.kpxe,.kkpxe,.pxe,.lkrn,.img,.iso,.txt,.cfg"
        onChange={event => {
          const [file] = event.currentTarget.files ?? [];
          event.currentTarget.value = '';
          if (file) void open(file);
        }}
      />
      {isOver && (
        <div className={classes.over}>
          <IconFileImport size={32} stroke={1.4} aria-hidden />
          Drop it to see what is in it
        </div>
      )}
      <InspectionDialog looked={looked} onClose={() => setLooked(undefined)} />
    </div>
  );
}

async function isScript(file: File): Promise<boolean> {
  if (file.size > LARGEST_SCRIPT) return false;
  const start = new Uint8Array(await file.slice(0, 512).arrayBuffer());
  return /\.(ipxe|txt|cfg)$/i.test(file.name) || /^#!\s*[ig]pxe/.test(String.fromCharCode(...start.subarray(0, 16)));
}

const tooLarge = (file: File): ErrorView => ({
  code: 'IPXE_FILE',
  message: `"${file.name}" has ${Math.round(file.size / 1e6)} MB; iPXE programs and images are far smaller.`,
});

async function inspected(file: File, session: Session): Promise<Inspection> {
  for (let offset = 0; offset < Math.max(1, file.size); offset += PIECE) {
    const piece = new Uint8Array(await file.slice(offset, offset + PIECE).arrayBuffer());
    await session.call('ipxe.upload', { offset, base64: toBase64(piece) });
  }
  return session.call('ipxe.inspect', { name: file.name });
}

/** In slices, because a call takes only so many arguments. */
export function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text);
}
