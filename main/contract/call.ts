/** What one row of the contract is, and the schemas that many rows share. */
import * as v from 'valibot';

export interface Call<Schema extends v.GenericSchema, Result> {
  readonly args: Schema;
  /** Never there: carries the type. */
  readonly result?: Result;
}

/** `returns<Result>()(schema of the arguments)`. */
export const returns =
  <Result>() =>
  <const Schema extends v.GenericSchema>(args: Schema): Call<Schema, Result> => ({ args });

/** A line that a person types; nothing on a bench is longer. */
export const text = v.pipe(v.string(), v.maxLength(4096));
/** Of a port, a device, a console, … */
export const name = v.pipe(v.string(), v.minLength(1), v.maxLength(256));
export const nothing = v.strictObject({});
