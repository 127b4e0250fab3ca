/** Asks on the terminal; what is not a clear yes, the end of input too, is a no. */
export async function confirmed(question: string): Promise<boolean> {
  // Most commands ask nothing, and all of them start.
  const { createInterface } = await import('node:readline');
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  reader.setPrompt(`${question} [y/N] `);
  reader.prompt();
  try {
    for await (const line of reader) return /^y(es)?$/i.test(line.trim());
    return false;
  } finally {
    reader.close();
  }
}
