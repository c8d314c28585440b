/** The plan's fields for whoever wants to type. An empty one takes what the plan says. */
import { Button, Checkbox, Group, Select, TextInput } from '@mantine/core';
import { IconFolder } from '@tabler/icons-react';
import { useState } from 'react';
import type { ErrorView } from '../../../../main/contract/error-view.ts';
import type { PlanView } from '../../../../main/contract/views.ts';
import { WISH_NAMES } from '../../../../main/contract/wish-names.ts';
import { FolderChooser } from '../../../engine/FolderChooser.tsx';
import { useLink } from '../../../engine/use-engine.tsx';
import { changedFields, type Wish } from '../bench.state.ts';
import classes from './BeforeStart.module.css';

interface WishFormProps {
  readonly wish: Wish;
  readonly onChange: (wish: Wish) => void;
  /** Enter in a text field. */
  readonly onEnter: () => void;
  /** Shows what an empty field stands for. */
  readonly plan: PlanView | undefined;
  readonly error: ErrorView | undefined;
}

/** Whether a message is about one of the fields, which then shows it itself. */
export const isAboutField = (error: ErrorView): boolean =>
  FIELDS.some(field => error.message.startsWith(WISH_NAMES[field]));

const FIELDS = ['root', 'address', 'lease', 'range', 'gateway', 'dnsServers', 'httpPort', 'benchFile'] as const;
type TextField = (typeof FIELDS)[number];

export function WishForm({ wish, onChange, onEnter, plan, error }: WishFormProps) {
  const { pickFolder } = useLink();
  const [isChoosing, setChoosing] = useState(false);
  const set = (patch: Wish): void => onChange({ ...wish, ...patch });
  const text = (field: TextField, label: string, placeholder: string | undefined, isMono = true) => (
    <TextInput
      label={label}
      value={wish[field] ?? ''}
      placeholder={placeholder ?? ''}
      error={error?.message.startsWith(WISH_NAMES[field]) ? error.message : undefined}
      onChange={event => set({ [field]: event.currentTarget.value })}
      onKeyDown={event => event.key === 'Enter' && onEnter()}
      classNames={isMono ? { input: 'mono' } : {}}
      spellCheck={false}
      autoComplete="off"
    />
  );
  const chooseFolder = async (): Promise<void> => {
    if (!pickFolder) return setChoosing(true);
    const root = await pickFolder();
    if (root !== undefined) set({ root });
  };
  return (
    <div className={classes.form}>
      <Group gap="xs" align="flex-end" wrap="nowrap">
        <div className={classes.portBody}>{text('root', 'Folder with boot files', 'none')}</div>
        <Button
          variant="default"
          leftSection={<IconFolder size={16} stroke={1.6} aria-hidden />}
          onClick={() => void chooseFolder()}
        >
          Choose
        </Button>
      </Group>
      <div className={classes.pair}>
        {text('address', 'This laptop', plan && `${plan.address}/${plan.prefix}`)}
        {text('lease', 'Lease time', plan && `${plan.leaseSeconds}s`)}
      </div>
      {text('range', 'Boards get', plan?.range?.join('-'))}
      <div className={classes.pair}>
        {text('gateway', 'Gateway', plan?.gateway ?? 'none')}
        {text('dnsServers', 'Name servers', plan?.nameServers.join(', ') || 'none')}
      </div>
      <Select
        label="Mode"
        data={[
          { value: 'dhcp', label: 'Addresses and boot files' },
          { value: 'proxy', label: 'Boot files only (proxy)' },
        ]}
        value={wish.mode || 'dhcp'}
        onChange={mode => set({ mode: mode === 'dhcp' ? undefined : (mode ?? undefined) })}
      />
      <Select
        label="A board keeps its address by"
        data={[
          { value: 'mac', label: 'MAC' },
          { value: 'client-id', label: 'Client-id (RFC 2131)' },
        ]}
        value={wish.identity || 'mac'}
        onChange={identity => set({ identity: identity === 'mac' ? undefined : (identity ?? undefined) })}
      />
      <div className={classes.pair}>
        {text('httpPort', 'HTTP port', plan?.httpPort === undefined ? '80' : String(plan.httpPort))}
        {text('benchFile', 'Bench file', 'none')}
      </div>
      <Group gap="lg">
        {(['tftp', 'http', 'dns'] as const).map(service => (
          <Checkbox
            key={service}
            label={service.toUpperCase()}
            checked={wish[service] ?? true}
            onChange={event => set({ [service]: event.currentTarget.checked ? undefined : false })}
          />
        ))}
        {changedFields(wish) > 0 && (
          <Button variant="subtle" color="gray" size="compact-sm" ml="auto" onClick={() => onChange({})}>
            Back to the defaults
          </Button>
        )}
      </Group>
      <FolderChooser
        isOpen={isChoosing}
        start={wish.root || undefined}
        onClose={() => setChoosing(false)}
        onChoose={root => set({ root })}
      />
    </div>
  );
}
