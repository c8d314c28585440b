/** Builds a script into a file, and brings the file into this window piece by piece. */
import { useCallback, useRef, useState } from 'react';
import type { CallArgs } from '../../../main/contract/calls.ts';
import type { ErrorView } from '../../../main/contract/error-view.ts';
import { PIECE } from '../../../main/contract/ipxe-calls.ts';
import type { BuildView } from '../../../main/contract/views.ts';
import type { Session } from '../../engine/session.ts';
import { useSession, viewOf } from '../../engine/use-engine.tsx';
import { saveFile } from '../../ui/copy.ts';
import { go } from '../../ui/route.ts';

export type BuildState =
  | { readonly step: 'none'; readonly error?: ErrorView }
  | { readonly step: 'building' }
  | { readonly step: 'built'; readonly built: BuildView; readonly of: string; readonly error?: ErrorView }
  /** `octets`: that have come so far. */
  | { readonly step: 'fetching'; readonly built: BuildView; readonly of: string; readonly octets: number };

export interface BuildHook {
  readonly state: BuildState;
  /** `of`: what it was built from, to tell when that has changed. */
  readonly build: (request: CallArgs<'ipxe.build'>, of: string) => Promise<void>;
  readonly download: () => Promise<void>;
  /** Hands the file to the flasher, under the script's name. */
  readonly flash: (name: string) => Promise<void>;
}

export function useBuild(): BuildHook {
  const session = useSession();
  const [state, setState] = useState<BuildState>({ step: 'none' });
  const latest = useRef(state);
  latest.current = state;

  const build = useCallback(
    async (request: CallArgs<'ipxe.build'>, of: string) => {
      setState({ step: 'building' });
      try {
        setState({ step: 'built', built: await session.call('ipxe.build', request), of });
      } catch (thrown) {
        setState({ step: 'none', error: viewOf(thrown) });
      }
    },
    [session],
  );

  const download = useCallback(async () => {
    if (latest.current.step !== 'built') return;
    const { built, of } = latest.current;
    try {
      const bytes = await fetchBuild(session, built, octets => setState({ step: 'fetching', built, of, octets }));
      saveFile(built.target, bytes);
      setState({ step: 'built', built, of });
    } catch (thrown) {
      setState({ step: 'built', built, of, error: viewOf(thrown) });
    }
  }, [session]);

  const flash = useCallback(
    async (name: string) => {
      if (latest.current.step !== 'built') return;
      const { built, of } = latest.current;
      try {
        const { path } = await session.call('ipxe.keep', { sha256: built.sha256, name });
        go('flash', 'image', path);
      } catch (thrown) {
        setState({ step: 'built', built, of, error: viewOf(thrown) });
      }
    },
    [session],
  );

  return { state, build, download, flash };
}

async function fetchBuild(
  session: Session,
  { size, sha256 }: BuildView,
  progress: (octets: number) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(size);
  for (let offset = 0; offset < size; offset += PIECE) {
    progress(offset);
    const text = atob(await session.call('ipxe.octets', { sha256, offset }));
    for (let at = 0; at < text.length; at++) bytes[offset + at] = text.charCodeAt(at);
  }
  return bytes;
}
