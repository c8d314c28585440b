/** Small truths, each one click from where something can be done about it. */
import { UnstyledButton } from '@mantine/core';
import type { ReactNode } from 'react';
import { useLink, useTable, useValue } from '../engine/use-engine.tsx';
import { go } from '../ui/route.ts';
import { StatusWord, type Tone } from '../ui/StatusWord.tsx';
import classes from './Frame.module.css';

export function StatusLine() {
  return (
    <footer className={classes.status}>
      <EngineFact />
      <RightsFact />
      <InternetFact />
      <StuckFact />
    </footer>
  );
}

function Fact({
  tone,
  title,
  to,
  children,
}: {
  tone: Tone;
  title: string;
  to: readonly [string, ...string[]];
  children: ReactNode;
}) {
  return (
    <UnstyledButton className={classes.fact} title={title} onClick={() => go(...to)}>
      {tone === 'quiet' ? children : <StatusWord tone={tone}>{children}</StatusWord>}
    </UnstyledButton>
  );
}

function EngineFact() {
  const { state } = useLink();
  const engine = useValue('engine');
  const isUp = state.line === 'up';
  return (
    <Fact
      tone={isUp ? 'ok' : 'bad'}
      title={engine ? `Benchboot ${engine.version}` : 'Waiting for the engine'}
      to={['settings']}
    >
      {isUp ? 'Engine ok' : state.line === 'connecting' ? 'Engine starting' : 'No engine'}
    </Fact>
  );
}

function RightsFact() {
  const engine = useValue('engine');
  if (!engine) return null;
  return (
    <Fact
      tone="quiet"
      title={
        engine.privileged
          ? 'It may open low ports and change addresses by itself.'
          : 'To open low ports and change addresses it asks for an administrator’s password.'
      }
      to={['settings']}
    >
      {engine.privileged ? 'Rights: ports, addresses' : 'Rights: asks when needed'}
    </Fact>
  );
}

function InternetFact() {
  const engine = useValue('engine');
  if (!engine) return null;
  return (
    <Fact tone="quiet" title="Benchboot needs no internet. Boards reach it only through this laptop." to={['settings']}>
      {engine.online ? 'Internet on' : 'Internet off'}
    </Fact>
  );
}

function StuckFact() {
  const stuck = [...useTable('devices').values()].filter(device => device.hint && device.stage !== 'up');
  const [first] = stuck;
  if (!first) return null;
  return (
    <Fact tone="warn" title={first.hint!.text} to={['bench', 'device', first.id]}>
      {stuck.length === 1 ? '1 device has a hint' : `${stuck.length} devices have hints`}
    </Fact>
  );
}
