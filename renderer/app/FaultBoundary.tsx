/** A view that cannot be drawn takes no other view with it, and no served bench. */
import { Button, Code } from '@mantine/core';
import { Component, type ReactNode } from 'react';
import classes from './FaultBoundary.module.css';

interface FaultBoundaryState {
  readonly fault: Error | undefined;
}

export class FaultBoundary extends Component<{ readonly children: ReactNode }, FaultBoundaryState> {
  override state: FaultBoundaryState = { fault: undefined };

  static getDerivedStateFromError(fault: Error): FaultBoundaryState {
    return { fault };
  }

  override render(): ReactNode {
    const { fault } = this.state;
    if (!fault) return this.props.children;
    return (
      <div className={classes.root} role="alert">
        <h2>This view could not be drawn</h2>
        <p>What is being served goes on. Try it again; if it stays so, the text below helps whoever mends it.</p>
        <Button onClick={() => this.setState({ fault: undefined })}>Try again</Button>
        <Code block>{fault.stack ?? fault.message}</Code>
      </div>
    );
  }
}
