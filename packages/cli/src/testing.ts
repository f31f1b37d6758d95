/** Runs the command line inside a test: output captured, files in a folder of its own. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runProgram } from './program.ts'

export interface Outcome {
  readonly code: number
  readonly out: string
  readonly err: string
}

export interface Workspace extends AsyncDisposable {
  readonly folder: string
  /** Writes a file and returns its path. */
  write(name: string, content: Uint8Array | string): Promise<string>
  /** Runs `slipway` with these arguments. */
  slipway(...argv: readonly string[]): Promise<Outcome>
}

export async function workspace(): Promise<Workspace> {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-cli-'))
  return {
    folder,
    async write(name, content) {
      const path = join(folder, name)
      await writeFile(path, content)
      return path
    },
    async slipway(...argv) {
      const out: string[] = []
      const err: string[] = []
      const code = await runProgram(argv, {
        print: (line) => out.push(line),
        warn: (line) => err.push(line),
        interactive: false,
        signal: new AbortController().signal,
      })
      return { code, out: out.join('\n'), err: err.join('\n') }
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  }
}
