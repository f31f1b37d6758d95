/**
 * Rewritten graphs compute what the graphs themselves compute, on random graphs and on real models. The models lie
 * outside the project; where their folder is missing, they are skipped.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  dimText,
  freezeDefaults,
  type Graph,
  interpret,
  optimize,
  readModel,
  type Value,
  widenValue,
} from '@slipway/core'
import { difference, generator, randomStream } from '@slipway/core/testing'
import { describe, expect, it } from 'vitest'
import { randomCase } from './random-graph.ts'

const cases = Number(process.env['SLIPWAY_PASSES_CASES'] ?? 150)
const base = Number(process.env['SLIPWAY_SEED'] ?? 1)

describe('rewritten graphs', () => {
  it(`compute the same on ${cases} random graphs`, { timeout: 300_000 }, () => {
    const wrong: string[] = []
    for (let i = 0; i < cases; i++) {
      const seed = base * 100_000 + i
      const { graph, inputs } = randomCase(generator(randomStream(seed)))
      const { graph: after, settled } = optimize(graph, { verify: true })
      const why = difference(interpret(after, inputs).get('y')!, interpret(graph, inputs).get('y')!, {
        relative: 1e-3,
        absolute: 1e-4,
      })
      if (why || !settled) wrong.push(`seed ${seed}: ${why} (${graph.nodes.map(({ op }) => op).join(' ')})`)
      if (optimize(after).graph !== after) wrong.push(`seed ${seed}: a second run changes the graph`)
    }
    expect(wrong).toEqual([])
  })
})

const shared = fileURLToPath(new URL('../../shared/models', import.meta.url))
const present = existsSync(shared)
if (!present) console.log('tests of rewritten models are skipped: ../shared/models is missing')

/** Small ones of each kind; nodes that are left. */
const models: readonly (readonly [file: string, nodes: number])[] = [
  ['mnist_8/model.onnx', 8],
  ['burn_mnist/burn_mnist.onnx', 13],
  ['kws_micronet_m/micro_kws_m_static_fp32.onnx', 18],
  ['kws_micronet_m/micro_kws_m_qdq.onnx', 20],
  ['kws_micronet_m/micro_kws_m_qoperator_avg_pool.onnx', 24],
  ['silero_vad/silero_vad_16k_op15.onnx', 55],
  ['control_flow/GridSample_11.onnx', 74],
  ['control_flow/If_p3_11.onnx', 4],
  ['control_flow/Loop_2_16.onnx', 2],
  ['iris/knn_iris.onnx', 23],
]

describe.skipIf(!present)('rewritten models', () => {
  it.each(models)('%s computes the same with %i nodes', { timeout: 120_000 }, (file, nodes) => {
    const { graph: read, irVersion } = readModel(readFileSync(join(shared, file)))
    const graph = irVersion < 4 ? freezeDefaults(read) : read
    const { graph: after, settled } = optimize(graph, { verify: true })
    expect(settled).toBe(true)
    expect(after.nodes.length).toBeLessThanOrEqual(nodes)
    const inputs = inputsOf(graph)
    const [expected, got] = [interpret(graph, inputs), interpret(after, inputs)]
    for (const name of graph.outputs) expect(distance(got.get(name)!, expected.get(name)!)).toBeLessThan(1e-5)
  })
})

/** Random floats in [0, 1), and whole numbers that these models take. */
function inputsOf(graph: Graph): Map<string, Value> {
  const gen = generator(randomStream(base))
  return new Map(
    graph.inputs.map((name) => {
      const type = graph.types.get(name)
      if (type?.kind !== 'tensor') throw new Error(`${name} is no tensor`)
      const sizes: Readonly<Record<string, number>> = { sequence: 512 }
      const shape = (type.shape ?? []).map((size) =>
        typeof size === 'number' ? size : (sizes[dimText(size)] ?? 1),
      )
      const value = gen.tensor(type.dtype, shape)
      if (name === 'sr') return [name, { ...value, data: BigInt64Array.of(16_000n) }]
      return [name, value]
    }),
  )
}

/** The length of the difference over that of the expected value; 0 or 1 for values that are no tensors of numbers. */
function distance(got: Value, expected: Value): number {
  const [a, b] = [widenValue(got), widenValue(expected)]
  if (a.kind !== 'tensor' || b.kind !== 'tensor') return difference(got, expected) === undefined ? 0 : 1
  if (String(a.shape) !== String(b.shape) || a.data.length !== b.data.length) return 1
  let [apart, whole] = [0, 0]
  for (let i = 0; i < b.data.length; i++) {
    const [x, y] = [Number(a.data[i]), Number(b.data[i])]
    apart += (x - y) ** 2
    whole += y ** 2
  }
  return Math.sqrt(apart / (whole || 1))
}
