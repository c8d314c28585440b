/** One packet: every field by its name, and the octets. */
import { Button, CopyButton } from '@mantine/core';
import { useAnswer } from '../../../engine/use-engine.tsx';
import { ErrorNote } from '../../../ui/ErrorNote.tsx';
import { Loading } from '../../../ui/Loading.tsx';
import classes from './DeviceDrawer.module.css';
import { hexLines } from './packets.state.ts';

export function PacketDetails({ number }: { number: number }) {
  const { data, error, again } = useAnswer('packets.get', { number });
  if (error) {
    return (
      <div className={classes.scroll}>
        <ErrorNote error={error} retry={again} />
      </div>
    );
  }
  if (!data) return <Loading what="the packet" />;
  const lines = hexLines(data.hex).join('\n');
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and the keyboard must be able to
    <div className={classes.detail} tabIndex={0}>
      <div className={classes.beside}>
        <section className={classes.layers} aria-label={`Packet ${data.number}, decoded`}>
          {data.layers.map(({ title, fields }) => (
            <section key={title} className={classes.layer}>
              <h3 className={classes.layerTitle}>{title}</h3>
              <table className={classes.fields}>
                <tbody>
                  {fields.map(({ name, value }, index) => (
                    // biome-ignore lint/suspicious/noArrayIndexKey: a field may come twice, and its place is what it is
                    <tr key={index}>
                      <th scope="row">{name}</th>
                      <td className="mono">{value}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </section>
          ))}
        </section>
        <section className={classes.hex} aria-label={`Packet ${data.number}, octets`}>
          <CopyButton value={lines}>
            {({ copied, copy }) => (
              <Button variant="subtle" color="gray" size="compact-xs" onClick={copy}>
                {copied ? 'Copied' : 'Copy octets'}
              </Button>
            )}
          </CopyButton>
          <pre className={`${classes.hexBytes} mono`}>{lines}</pre>
        </section>
      </div>
    </div>
  );
}
