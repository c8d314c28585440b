/** Whether every card that is plugged in is written, how many, and how large they may be. */
import { Switch, TextInput } from '@mantine/core';
import { changeQueue } from '../draft.ts';
import { countProblem, type QueueForm, sizeProblem } from '../queue.state.ts';
import classes from './Compose.module.css';

export function QueueFields({ queue }: { queue: QueueForm }) {
  return (
    <div className={classes.queue}>
      <Switch
        color="red"
        label="Write every card that I plug in"
        description="Those above when they are chosen, then each that comes, until you end it."
        checked={queue.isOn}
        onChange={event => changeQueue({ isOn: event.currentTarget.checked })}
      />
      {queue.isOn && (
        <div className={classes.pair}>
          <TextInput
            label="How many"
            placeholder="until I end it"
            value={queue.count}
            error={countProblem(queue)}
            inputMode="numeric"
            onChange={event => changeQueue({ count: event.currentTarget.value })}
            autoComplete="off"
          />
          <TextInput
            label="None larger than"
            placeholder="64 GB"
            value={queue.maxSize}
            error={sizeProblem(queue)}
            onChange={event => changeQueue({ maxSize: event.currentTarget.value })}
            spellCheck={false}
            autoComplete="off"
          />
        </div>
      )}
    </div>
  );
}
