/** The iPXE view: a gallery to begin with, the form of a template, or a script with its dry run. */
import { useEffect } from 'react';
import { TEMPLATES } from '../../../main/ipxe/script/index.ts';
import { useSession, useValue } from '../../engine/use-engine.tsx';
import { Loading } from '../../ui/Loading.tsx';
import { useRoute } from '../../ui/route.ts';
import { DropZone } from './DropZone.tsx';
import { Gallery } from './Gallery.tsx';
import { ScriptPage } from './ScriptPage.tsx';
import { TemplatePage } from './TemplatePage.tsx';

export default function IpxePage() {
  const [part, name, drawer] = useRoute().rest;
  const session = useSession();
  const ipxe = useValue('ipxe');
  useEffect(() => {
    // Another program may have changed the folder; without the engine the frame says so.
    session.call('ipxe.scripts', {}).catch(() => {});
  }, [session]);
  if (!ipxe) return <Loading what="the scripts" rows={6} />;
  const template = part === 'template' ? TEMPLATES.find(each => each.name === name) : undefined;
  return (
    <DropZone>
      {template ? (
        <TemplatePage key={template.name} template={template} bench={ipxe.bench} />
      ) : part === 'script' && name !== undefined ? (
        <ScriptPage key={name} name={name} drawer={drawer} ipxe={ipxe} />
      ) : (
        <Gallery ipxe={ipxe} />
      )}
    </DropZone>
  );
}
