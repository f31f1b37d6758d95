/** Where a command writes. Names from model files may hold anything, so control characters never reach a terminal. */
export interface Terminal {
  /** Writes a line to standard output. */
  print(line: string): void
  /** Writes a line to standard error. */
  warn(line: string): void
  /** True where people watch: progress bars are for them. */
  readonly interactive: boolean
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to remove
const control = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g

/** Text with control characters replaced, tabs and line feeds kept. */
export function printable(text: string): string {
  return text.replace(control, '\ufffd')
}

/** The terminal of a process. */
export function processTerminal(signal: AbortSignal): Terminal {
  return {
    print: (line) => process.stdout.write(`${printable(line)}\n`),
    warn: (line) => process.stderr.write(`${printable(line)}\n`),
    interactive: process.stderr.isTTY === true,
    signal,
  }
}
