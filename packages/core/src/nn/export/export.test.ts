import { describe, expect, it } from 'vitest'
import { tensor as hostTensor } from '../../base/tensor.ts'
import { readOnnx } from '../../formats/index.ts'
import { interpret } from '../../reference/interpret.ts'
import { compile } from '../compile.ts'
import { relu } from '../layers/activations.ts'
import { multiHeadAttention, transformerBlock } from '../layers/attention.ts'
import { conv2d } from '../layers/conv.ts'
import { dropout } from '../layers/dropout.ts'
import { linear } from '../layers/linear.ts'
import { batchNorm } from '../layers/normalization.ts'
import { globalAvgPool } from '../layers/pooling.ts'
import { lstm } from '../layers/recurrent.ts'
import { sequential } from '../layers/sequential.ts'
import { module } from '../module.ts'
import { tensor, zeros } from '../tensor/create.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { exportGraph } from './export-graph.ts'
import { toOnnx } from './to-onnx.ts'

const ramp = (shape: readonly number[]) =>
  hostTensor(
    'float32',
    shape,
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(i)),
  )

describe('toOnnx', () => {
  it.each([13, 17, 21, 24])(
    'writes a model of any batch size that gives what the module gives, opset %i',
    async (opset) => {
      const model = sequential(
        conv2d(1, 3, 3, { padding: 'same' }),
        batchNorm(3),
        relu,
        globalAvgPool,
        linear(3, 2),
      )
      const bytes = await toOnnx(model, [zeros([1, 1, 5, 5])], {
        opset,
        inputNames: ['x'],
        dynamicAxes: { x: { 0: 'batch' } },
      })
      const graph = readOnnx(bytes)
      expect([...graph.constants.keys()]).toContain('0.weight')
      expect(graph.outputs).toEqual(['output'])
      const x = ramp([3, 1, 5, 5])
      const got = interpret(graph, new Map([['x', x]])).get('output')!
      const expected = await model.eval()(tensor(x)).host()
      if (got.kind !== 'tensor') throw new Error('a tensor')
      expect(got.shape).toEqual([3, 2])
      got.data.forEach((value, i) => expect(Number(value)).toBeCloseTo(Number(expected.data[i]), 5))
    },
  )

  it('leaves out what only training needs, and the modes as they were', async () => {
    const model = sequential(linear(4, 4), dropout(0.5), (x: Tensor) => x.detach(), batchNorm(4))
    const graph = await exportGraph(model, [zeros([2, 4])])
    expect(graph.nodes.map(({ op }) => op)).toEqual(['Gemm', 'BatchNormalization'])
    expect(model.training).toBe(true)
    for (const node of graph.nodes) {
      expect(node.metadata).toBeUndefined()
      for (const name of node.outputs) if (name !== '') expect(graph.types.has(name)).toBe(true)
    }
    const training = sequential(linear(4, 4), batchNorm(4))
    const asTrained = exportGraph((x: Tensor) => training(x), [zeros([2, 4])])
    await expect(asTrained).rejects.toMatchObject({ code: 'SLP-T4' })
    const wrong = exportGraph(model, [zeros([2, 4])], { dynamicAxes: { z: { 0: 'N' } } })
    await expect(wrong).rejects.toMatchObject({ code: 'SLP-S1' })
  })

  it('keeps sizes open through attention and recurrence', async () => {
    const model = module(
      'mixed',
      {
        block: transformerBlock(8, 2, { causal: false }),
        attention: multiHeadAttention(8, 2),
        cells: lstm(8, 3),
      },
      ({ block, attention, cells }, { x }: { x: Tensor }) => ({ last: cells(attention(block(x))).hidden }),
    )
    const args: [{ x: Tensor }] = [{ x: zeros([1, 6, 8]) }]
    const graph = await exportGraph(model, args, { dynamicAxes: { x: { 0: 'batch' } } })
    expect(graph.inputs).toEqual(['x'])
    const x = ramp([3, 6, 8])
    const got = interpret(graph, new Map([['x', x]])).get('last')!
    const compiled = compile((given: { x: Tensor }) => model.eval()(given))
    const { last } = await compiled({ x })
    await compiled.dispose()
    if (got.kind !== 'tensor') throw new Error('a tensor')
    expect(got.shape).toEqual([1, 3, 3])
    const expected = last.toArray() as number[][][]
    got.data.forEach((value, i) => expect(Number(value)).toBeCloseTo(expected.flat(2)[i]!, 5))
  })
})
