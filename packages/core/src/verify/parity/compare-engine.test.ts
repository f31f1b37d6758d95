import { describe, expect, it } from 'vitest'
import { symbol } from '../../base/dim.ts'
import { SlipwayError } from '../../base/errors.ts'
import type { Tensor } from '../../base/tensor.ts'
import type { Value } from '../../base/value.ts'
import { mapTensors, narrow, widen } from '../../base/wide.ts'
import type { Engine, Program } from '../../engine/engine.ts'
import { referenceEngine } from '../../engine/reference-engine.ts'
import { readOnnx } from '../../formats/onnx/read.ts'
import { writeOnnx } from '../../formats/onnx/write.ts'
import { graphBuilder } from '../../ir/builder.ts'
import type { Graph } from '../../ir/graph.ts'
import { interpret } from '../../reference/interpret.ts'
import { verifyStages } from '../stages/registry.ts'
import { verifyModel } from '../verify-model.ts'

const parity = verifyStages.filter(({ name }) => name === 'parity')

/** Five nodes in a line, with a side branch that stands after the third one in the file. */
function model(): Uint8Array {
  const b = graphBuilder({ name: 'line' })
  const x = b.input('x', { kind: 'tensor', dtype: 'float32', shape: [symbol('N'), 5] })
  let last = x
  for (const op of ['Abs', 'Sqrt', 'Exp', 'Tanh', 'Neg'])
    last = b.nodes(op, [last], {}, { name: op.toLowerCase(), outputs: [`${op.toLowerCase()}_out`] })[0]!
  const side = b.nodes('Abs', [x], {}, { name: 'side', outputs: ['side_out'] })[0]!
  return writeOnnx(b.build([last, side]))
}

const isTensor = (value: Value): value is Tensor => value.kind === 'tensor'
const scaled = (value: Value): Value =>
  mapTensors(
    value,
    (one) => {
      const wide = widen(one)
      return narrow({ ...wide, data: (wide.data as Float64Array).map((element) => element * 1.001) }) // of float32
    },
    isTensor,
  )

/** The reference, but what a node of this operator makes is wrong, unless `isHidden` says so. */
function faulty(op: string, isHidden: (outputs: readonly string[]) => boolean): Engine {
  return {
    name: 'faulty',
    async prepare(graph: Graph): Promise<Program> {
      const run: Program['run'] = async (inputs, { outputs = graph.outputs } = {}) => {
        const at = graph.nodes.findIndex((node) => node.op === op)
        if (at < 0 || isHidden(outputs)) return { outputs: interpret(graph, inputs, { outputs }) }
        const made = graph.nodes[at]!.outputs[0]!
        const wrong = scaled(interpret(graph, inputs, { outputs: [made] }).get(made)!)
        const rest = {
          ...graph,
          inputs: [...graph.inputs, made],
          nodes: graph.nodes.filter((_, i) => i !== at),
        }
        return { outputs: interpret(rest, new Map([...inputs, [made, wrong]]), { outputs }) }
      }
      const reference = await referenceEngine.prepare(graph)
      return { ...reference, run, [Symbol.asyncDispose]: () => reference.dispose() }
    },
  }
}

describe('an engine that computes a node wrongly', () => {
  it.each([
    ['always', () => false],
    ['only where nodes are joined', (outputs: readonly string[]) => outputs.length > 2],
  ])('is found out, %s', async (_, isHidden) => {
    const { stages, cases } = await verifyModel(
      { bytes: model() },
      { engines: [faulty('Exp', isHidden)], stages: parity },
    )
    expect(stages[0]?.findings).toMatchObject([{ code: 'SLP-V12', node: 'exp', operator: 'Exp' }])
    expect(stages[0]?.findings[0]?.message).toMatch(
      /output "neg_out" of faulty \(seed 1\): relative L2 .*begins at node "exp"/,
    )
    const [small] = cases
    expect(small).toMatchObject({ name: 'faulty-exp', node: 'exp', operator: 'Exp', nodes: 1 })
    const graph = readOnnx(small!.model)
    expect(interpret(graph, small!.inputs)).toEqual(small!.expected)
  })

  it('is named where it refuses to run', async () => {
    const refusing: Engine = {
      name: 'refusing',
      prepare: async () => {
        throw new SlipwayError('SLP-O3', 'Cannot prepare: no', { node: 'exp', remedy: 'Use another.' })
      },
    }
    const { stages } = await verifyModel({ bytes: model() }, { engines: [refusing], stages: parity })
    expect(stages[0]?.findings).toMatchObject([{ code: 'SLP-V14', node: 'exp', hint: 'Use another.' }])
  })
})
