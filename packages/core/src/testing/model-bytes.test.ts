import { expect, it } from 'vitest'
import { symbol } from '../base/dim.ts'
import { tensorType } from '../base/value.ts'
import { readOnnx } from '../formats/onnx/read.ts'
import { graphBuilder } from '../ir/builder.ts'
import { f32 } from './literals.ts'
import { modelBytes } from './model-bytes.ts'

it('modelBytes writes what readOnnx reads', () => {
  const b = graphBuilder({ name: 'joined' })
  const type = tensorType('float32', [symbol('N'), 2])
  const x = b.input('x', type)
  const w = b.constant(f32([[1, 2]]), 'w')
  const y = b.node('Concat', [x, w], { axis: 0 }, { name: 'join', outputs: ['y'] })
  const graph = b.build([y], new Map([['y', tensorType('float32', [symbol('M'), 2])]]))
  const { constants, ...rest } = readOnnx(modelBytes(graph))
  expect(rest).toMatchObject({
    name: 'joined',
    inputs: ['x'],
    outputs: ['y'],
    nodes: [{ name: 'join', op: 'Concat' }],
  })
  expect(rest.types.get('x')).toEqual(type)
  expect(constants.get('w')).toEqual(f32([[1, 2]]))
})
