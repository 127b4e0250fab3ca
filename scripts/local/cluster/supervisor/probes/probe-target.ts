/** What is probed: the port, and where a command of it runs. */
export interface ProbeTarget {
  readonly port: number;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}
