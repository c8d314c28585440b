/** The way between views. */
import { Kbd, Tooltip, UnstyledButton } from '@mantine/core';
import { spotlight } from '@mantine/spotlight';
import { IconSearch } from '@tabler/icons-react';
import { routeHash } from '../ui/route.ts';
import classes from './Frame.module.css';
import icon from './icon.svg';
import { MOD } from './keys.ts';
import { VIEWS } from './views.ts';

export function Rail({ current }: { current: string }) {
  return (
    <nav className={classes.rail} aria-label="Views">
      <div className={classes.brand}>
        <img src={icon} alt="" />
        <span className={classes.word}>Benchboot</span>
      </div>
      {VIEWS.map(({ id, label, icon: Icon }, index) => (
        <Tooltip key={id} label={`${label} (${MOD}${index + 1})`} position="right">
          <a href={routeHash(id)} className={classes.link} aria-current={id === current ? 'page' : undefined}>
            <Icon size={20} stroke={1.6} />
            <span className={classes.word}>{label}</span>
          </a>
        </Tooltip>
      ))}
      <Tooltip label={`Find anything (${MOD}K)`} position="right">
        <UnstyledButton className={classes.find} onClick={() => spotlight.open()}>
          <IconSearch size={20} stroke={1.6} />
          <span className={classes.word}>Find</span>
          <Kbd className={classes.word} aria-hidden>
            {MOD}K
          </Kbd>
        </UnstyledButton>
      </Tooltip>
    </nav>
  );
}
