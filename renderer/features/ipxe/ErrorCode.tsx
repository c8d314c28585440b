/** What an error code on a machine's screen means, without the internet. */
import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { explainError } from '../../../main/ipxe/script/index.ts';
import classes from './ErrorCode.module.css';

export function ErrorCode() {
  const [typed, setTyped] = useState('');
  const known = explainError(typed.trim());
  return (
    <section className={classes.root} aria-labelledby="error-code">
      <div className={classes.ask}>
        <h2 className={classes.title} id="error-code">
          A machine shows an error code?
        </h2>
        <TextInput
          aria-label="Error code of iPXE"
          placeholder="https://ipxe.org/2d0c6139"
          value={typed}
          onChange={event => setTyped(event.currentTarget.value)}
          classNames={{ input: 'mono' }}
          spellCheck={false}
          autoComplete="off"
        />
      </div>
      <p className={classes.says} role="status">
        {known ? (
          <>
            <strong>{known.sentence}</strong> {known.next}{' '}
            <span className="dim">
              {known.errno}, {known.firmware}
              {known.area && `, ${known.area}`}
            </span>
          </>
        ) : typed.trim() === '' ? (
          <span className="dim">Type the address from its screen, or the eight digits alone.</span>
        ) : (
          <span className="dim">That is no code of iPXE: it has eight digits of 0 to 9 and a to f.</span>
        )}
      </p>
    </section>
  );
}
