/** The way back to all templates, and the scripts beside the open one. */
import { IconArrowLeft } from '@tabler/icons-react';
import { useTable } from '../../engine/use-engine.tsx';
import { routeHash } from '../../ui/route.ts';
import classes from './ScriptList.module.css';

export function ScriptList({ current }: { current: string }) {
  const scripts = [...useTable('scripts').values()];
  return (
    <nav className={classes.root} aria-label="Scripts">
      <a className={classes.back} href={routeHash('ipxe')}>
        <IconArrowLeft size={16} stroke={1.6} aria-hidden />
        All templates
      </a>
      <h2 className={classes.title}>Your scripts</h2>
      <ul className={classes.list}>
        {scripts.map(({ name, draft }) => (
          <li key={name}>
            <a
              className={classes.script}
              href={routeHash('ipxe', 'script', name)}
              aria-current={name === current ? 'page' : undefined}
              title={draft === undefined ? name : `${name}: not saved`}
            >
              <span className="cut">{name}</span>
              {draft !== undefined && (
                <span className={classes.dot}>
                  <span className={classes.unseen}>not saved</span>
                </span>
              )}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
