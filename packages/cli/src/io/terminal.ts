/** Where a command writes. Names from model files may hold anything, so control characters never reach a terminal. */
export interface Terminal {
  /** Writes a line, or several, to standard output. */
  print(text: string): void
  /** Writes a line, or several, to standard error. */
  warn(text: string): void
  /** True where people watch: progress bars are for them. */
  readonly interactive: boolean
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal
}

/** What terminals obey instead of showing it: C0 and C1 controls, and marks that turn the direction of text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to escape
const control = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g

const escaped = (character: string): string =>
  character === '\n'
    ? '\\n'
    : character === '\t'
      ? '\\t'
      : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`

/** A text from a file as part of one line: every control character, line feeds too, as an escape. */
export function visible(text: string): string {
  return text.replace(control, escaped)
}

const printable = (text: string): string =>
  text.replace(control, (character) =>
    character === '\n' || character === '\t' ? character : escaped(character),
  )

export interface TerminalOptions {
  readonly out: (text: string) => void
  readonly err: (text: string) => void
  readonly interactive: boolean
  readonly signal: AbortSignal
}

/** A terminal over two sinks, to which no control character gets but tabs and line feeds. */
export function createTerminal({ out, err, ...rest }: TerminalOptions): Terminal {
  return {
    ...rest,
    print: (text) => out(`${printable(text)}\n`),
    warn: (text) => err(`${printable(text)}\n`),
  }
}

/** The terminal of a process. */
export function processTerminal(signal: AbortSignal): Terminal {
  return createTerminal({
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    interactive: process.stderr.isTTY === true,
    signal,
  })
}
