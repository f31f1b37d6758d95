/** Runs the command line inside a test: output captured, files in a folder of its own. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { graphBuilder, symbol, type ValueType, writeOnnx } from '@slipway/core'
import { createTerminal } from './io/terminal.ts'
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
  /** The same until it is stopped; `onOutput` gets what it has printed so far, and a way to press Ctrl-C. */
  slipwayUntil(
    onOutput: (out: string, stop: () => void) => void,
    ...argv: readonly string[]
  ): Promise<Outcome>
}

export async function workspace(): Promise<Workspace> {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-cli-'))
  return {
    folder,
    async write(name, content) {
      const path = join(folder, name)
      await mkdir(dirname(path), { recursive: true })
      await writeFile(path, content)
      return path
    },
    slipway: (...argv) => runCaptured(argv, () => {}),
    slipwayUntil: (onOutput, ...argv) => runCaptured(argv, onOutput),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  }
}

async function runCaptured(
  argv: readonly string[],
  onOutput: (out: string, stop: () => void) => void,
): Promise<Outcome> {
  const stop = new AbortController()
  let [out, err] = ['', '']
  const terminal = createTerminal({
    out: (text) => {
      out += text
      onOutput(out, () => stop.abort(new Error('stopped')))
    },
    err: (text) => {
      err += text
    },
    interactive: false,
    signal: stop.signal,
  })
  const code = await runProgram(argv, terminal)
  return { code, out: out.trimEnd(), err: err.trimEnd() }
}

/** y = x + x over [N, 2], and the sum of y. */
export function twiceModel(): Uint8Array {
  const b = graphBuilder({ name: 'twice' })
  const x = b.input('x', { kind: 'tensor', dtype: 'float32', shape: [symbol('N'), 2] })
  const [y] = b.nodes('Add', [x, x], {}, { outputs: ['y'], name: 'double' })
  return writeOnnx(b.build([y!]))
}

/** Mean colour of a picture [1, 3, 2, 2]. */
export function meanModel(): Uint8Array {
  const b = graphBuilder({ name: 'mean' })
  const x = b.input('image', { kind: 'tensor', dtype: 'float32', shape: [1, 3, 2, 2] })
  const [y] = b.nodes('ReduceMean', [x, b.literal('int64', [2, 3])], { keepdims: 0 }, { outputs: ['y'] })
  return writeOnnx(b.build([y!], new Map([['y', { kind: 'tensor', dtype: 'float32', shape: [1, 3] }]])))
}

/** A picture [1, 2, 2, 3] of a dtype as it came in. */
export function echoModel(dtype: 'uint8' | 'float16'): Uint8Array {
  const type: ValueType = { kind: 'tensor', dtype, shape: [1, 2, 2, 3] }
  const b = graphBuilder({ name: 'echo' })
  const [y] = b.nodes('Identity', [b.input('image', type)], {}, { outputs: ['y'] })
  return writeOnnx(b.build([y!], new Map([['y', type]])))
}
