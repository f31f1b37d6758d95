/** Model repositories for tests, in a temporary folder. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type DType, type Graph, graphBuilder, symbol, type ValueType, writeOnnx } from '@slipway/core'

export interface Fixture {
  readonly root: string
  [Symbol.dispose](): void
}

/** Files by their paths in the repository; a graph stands for the bytes of its model. */
export function repositoryWith(files: Readonly<Record<string, Graph | Uint8Array | string>>): Fixture {
  const root = mkdtempSync(join(tmpdir(), 'slipway-'))
  for (const [path, content] of Object.entries(files)) {
    const file = join(root, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, isGraph(content) ? writeOnnx(content) : content)
  }
  return { root, [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }) }
}

const isGraph = (content: Graph | Uint8Array | string): content is Graph =>
  typeof content === 'object' && 'nodes' in content

const type = (dtype: DType, shape: readonly (number | string)[]): ValueType => ({
  kind: 'tensor',
  dtype,
  shape: shape.map((size) => (typeof size === 'string' ? symbol(size) : size)),
})

/** sum = a op b, of float32[N,2]. */
export function pairGraph(op: 'Add' | 'Sub'): Graph {
  const b = graphBuilder({ name: 'pair' })
  const pair = type('float32', ['N', 2])
  const names = [b.input('a', pair), b.input('b', pair)]
  return b.build([b.node(op, names, {}, { name: 'op', outputs: ['sum'] })], new Map([['sum', pair]]))
}

/** y = x + w, where w is listed among the inputs but has a value, as older exporters write their weights. */
export function weightGraph(): Graph {
  const b = graphBuilder({ name: 'weight' })
  const vector = type('float32', [2])
  const names = [b.input('x', vector), b.input('w', vector)]
  b.constant({ kind: 'tensor', dtype: 'float32', shape: [2], data: Float32Array.of(10, 20) }, 'w')
  return b.build([b.node('Add', names, {}, { outputs: ['y'] })], new Map([['y', vector]]))
}

/** An input and an output for each dtype: `<dtype>_in` goes to `<dtype>_out`; each has sizes of its own. */
export function echoGraph(dtypes: readonly DType[], shape: readonly (number | string)[] = ['N']): Graph {
  const b = graphBuilder({ name: 'echo' })
  const typeOf = (dtype: DType) =>
    type(
      dtype,
      shape.map((size) => (typeof size === 'string' ? `${dtype}_${size}` : size)),
    )
  const outputs = dtypes.map((dtype) => {
    const input = b.input(`${dtype}_in`, typeOf(dtype))
    return b.node('Identity', [input], {}, { outputs: [`${dtype}_out`] })
  })
  return b.build(outputs, new Map(dtypes.map((dtype) => [`${dtype}_out`, typeOf(dtype)])))
}

/** Takes seconds for some hundred thousand elements. */
export function slowGraph(): Graph {
  const b = graphBuilder({ name: 'slow' })
  const vector = type('float32', ['N'])
  const x = b.input('x', vector)
  let sum = x
  for (let i = 0; i < 400; i++) sum = b.node('Add', [sum, x], {}, { outputs: [`sum${i}`] })
  return b.build([sum], new Map([[sum, vector]]))
}

/** Adds as `slowGraph` does, but a thousand rows of what it is given: takes long for few elements. */
export function wideGraph(): Graph {
  const b = graphBuilder({ name: 'wide' })
  const rows = type('float32', [1000, 'N'])
  const x = b.input('x', type('float32', ['N']))
  b.constant({ kind: 'tensor', dtype: 'float32', shape: [1000, 1], data: new Float32Array(1000) }, 'zeros')
  const wide = b.node('Add', [x, 'zeros'], {}, { outputs: ['wide'] })
  let sum = wide
  for (let i = 0; i < 400; i++) sum = b.node('Add', [sum, wide], {}, { outputs: [`sum${i}`] })
  return b.build([sum], new Map([[sum, rows]]))
}
