import type { SQLOutputValue } from 'node:sqlite';

export type Row = Record<string, SQLOutputValue>;

/** The record in a row's `value`. */
export const recordIn = <T>(row: Row | undefined): T | undefined =>
  row === undefined ? undefined : (JSON.parse(String(row.value)) as T);

export const recordsIn = <T>(rows: readonly Row[]): readonly T[] =>
  rows.map((row) => JSON.parse(String(row.value)) as T);
