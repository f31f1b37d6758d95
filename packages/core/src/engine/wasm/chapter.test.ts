/** Plans that are made with what earlier plans found out are those that are made from nothing. */
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { type Dim, symbol } from '../../base/dim.ts'
import type { Shape } from '../../base/shape.ts'
import { type Tensor, tensor } from '../../base/tensor.ts'
import { tensorType } from '../../base/value.ts'
import { readOnnx } from '../../formats/onnx/read.ts'
import { type GraphBuilder, graphBuilder } from '../../ir/builder.ts'
import type { Graph } from '../../ir/graph.ts'
import type { Place } from '../../kernel/kernel.ts'
import { portableTarget } from '../../kernel/target.ts'
import { freezeDefaults, optimize } from '../../passes/index.ts'
import { type Chapter, openChapter, type Prepared, prepareChapter } from './chapter.ts'
import { type Machine, openMachine } from './machine.ts'

const ramp = (shape: Shape): Tensor => {
  const count = shape.reduce((a, b) => a * b, 1)
  return tensor(
    'float32',
    shape,
    Float32Array.from({ length: count }, (_, i) => Math.sin(i)),
  )
}

/** Everything that a plan says, but for addresses. */
function textOf({ plan, leaving, known, fallbacks, rest, inputs }: Prepared): string {
  const place = ({ buffer, offsetBytes }: Place) =>
    `${buffer.label} (${buffer.sizeBytes}) at ${plan.placement.offsets.get(buffer)} + ${offsetBytes}`
  const calls = plan.calls.map(({ kernel, args, tasks, scratchBytes }) => {
    const list = Object.keys(kernel.params).map((name) => {
      const value = args[name]
      return `${name} = ${typeof value === 'object' ? place(value) : value}`
    })
    return `${kernel.key}, ${tasks} tasks, ${scratchBytes}: ${list.join(', ')}`
  })
  const live = [...plan.live].map(([{ label }, { first, last }]) => `${label} ${first}-${last}`)
  return [
    ...calls,
    ...live.sort(),
    `${plan.placement.sizeBytes}, ${plan.scratchBytes}, ${plan.segments.map(({ kind }) => kind)}`,
    ...leaving.map((one) => `${one.name} ${one.shape} ${place(one.place)}`),
    ...fallbacks.map(({ node, reason }) => `${node.op} ${reason}`),
    `${[...known.keys()]} | ${rest.map(({ op }) => op)} | ${[...inputs.keys()]}`,
  ].join('\n')
}

const openTestMachine = (): Machine => openMachine({ target: portableTarget, isShared: false, poll: () => 0 })

function planned(chapter: Chapter, machine: Machine, shapeOf: (batch: number) => Shape, batch: number) {
  const [input] = chapter.graph.inputs
  const x = ramp(shapeOf(batch))
  const values = new Map([[input!, { kind: 'value', value: x } as const]])
  return textOf(
    prepareChapter(chapter, values, chapter.graph.outputs, machine, { threads: 2, planBytes: 2 ** 30 }),
  )
}

/** Plans for sizes in any order, on one machine and each on a new one, are the same. */
function expectSame(graph: Graph, shapeOf: (batch: number) => Shape, runs: number): void {
  const fresh = (batch: number) => planned(openChapter(graph), openTestMachine(), shapeOf, batch)
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 2, maxLength: 6 }), (batches) => {
      const [chapter, machine] = [openChapter(graph), openTestMachine()]
      for (const batch of batches)
        expect(planned(chapter, machine, shapeOf, batch), `batch ${batch} of ${batches}`).toBe(fresh(batch))
    }),
    { numRuns: runs },
  )
}

function build(shape: readonly Dim[], body: (b: GraphBuilder, x: string) => string): Graph {
  const b = graphBuilder({ name: 'test' })
  return b.build([body(b, b.input('x', tensorType('float32', shape)))])
}

const conv = (b: GraphBuilder, x: string, maps: number, channels: number, size: number): string => {
  const pads = new Array<number>(4).fill((size - 1) / 2)
  const y = b.node('Conv', [x, b.constant(ramp([maps, channels, size, size])), b.constant(ramp([maps]))], {
    pads,
  })
  return b.node('Relu', [y])
}

it('plans convolutions, joins and pools for another batch', () => {
  const graph = build([symbol('N'), 3, 13, 13], (b, x) => {
    const first = b.node('MaxPool', [conv(b, x, 16, 3, 3)], { kernel_shape: [3, 3], strides: [2, 2] })
    const squeezed = conv(b, first, 4, 16, 1)
    const joined = b.node('Concat', [conv(b, squeezed, 16, 4, 1), conv(b, squeezed, 16, 4, 3)], { axis: 1 })
    const added = b.node('Add', [joined, conv(b, joined, 32, 32, 3)])
    return b.node('Softmax', [b.node('Flatten', [b.node('GlobalAveragePool', [added])])])
  })
  expectSame(graph, (batch) => [batch, 3, 13, 13], 5)
})

it('plans shapes that are computed, and what is folded for one size alone', () => {
  const graph = build([symbol('N'), 6], (b, x) => {
    const size = b.node('Gather', [b.node('Shape', [x]), b.literal('int64', [0])])
    const turned = b.node('Reshape', [x, b.node('Concat', [b.literal('int64', [6]), size], { axis: 0 })])
    const filled = b.node('ConstantOfShape', [size])
    return b.node('Add', [b.node('MatMul', [b.constant(ramp([5, 6])), turned]), filled])
  })
  expectSame(graph, (batch) => [batch, 6], 8)
})

it('plans nodes whose kernels refuse, on the host or as what they stand for', () => {
  const graph = build([symbol('N'), 4, 4], (b, x) => {
    const wide = b.node('Cast', [x], { to: 11 })
    const product = b.node('MatMul', [wide, wide])
    const normal = b.node('LpNormalization', [product])
    return b.node('Cast', [b.node('Add', [b.node('Det', [normal]), b.node('ReduceSum', [wide])])], {
      to: 1,
    })
  })
  expectSame(graph, (batch) => [batch, 4, 4], 8)
})

const models = new URL('../../../../../../shared/models/', import.meta.url)
const isThere = existsSync(fileURLToPath(models))
if (!isThere) console.log('plans of real models are not tested: ../shared/models is missing')

for (const file of ['light/squeezenet.onnx', 'light/densenet121.onnx', 'yolox_nano/yolox_nano.onnx'])
  it.skipIf(!isThere)(`plans ${file} for another batch`, { timeout: 120_000 }, () => {
    const read = freezeDefaults(readOnnx(readFileSync(new URL(file, models))))
    const [input] = read.inputs
    const type = read.types.get(input!)
    if (type?.kind !== 'tensor' || !type.shape) throw new Error(`${file} has no shape`)
    const rest = type.shape.slice(1).map(Number)
    const types = new Map([...read.types, [input!, { ...type, shape: [symbol('N'), ...rest] }]])
    for (const name of read.outputs) types.delete(name)
    expectSame(optimize({ ...read, types }).graph, (batch) => [batch, ...rest], 1)
  })
