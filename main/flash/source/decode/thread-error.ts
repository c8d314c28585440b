/** Errors on their way from one thread to another. */
import { BenchError, type ErrorCode, type ErrorData } from '../../../errors.ts';
import type { ThreadError } from './messages.ts';

export function packError(error: unknown): ThreadError {
  const known = error instanceof BenchError ? error : undefined;
  return { code: known?.code, data: known?.data, message: (error as Error).stack ?? String(error) };
}

export function unpackError({ code, data, message }: ThreadError): Error {
  return code ? new BenchError(code, data as ErrorData<ErrorCode>) : new Error(message);
}
