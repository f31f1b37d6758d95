import { describe, expect, it } from 'vitest'
import { tensor } from '../base/tensor.ts'
import { tensorType } from '../base/value.ts'
import { parseModel } from '../formats/onnx/parse.ts'
import { readModelProto } from '../formats/onnx/read.ts'
import { writeOnnx } from '../formats/onnx/write.ts'
import { graphBuilder } from '../ir/builder.ts'
import { inspectModel } from './inspect.ts'

function summary() {
  const b = graphBuilder({ name: 'g' })
  const x = b.input('x', tensorType('float32', [2]))
  const w = b.constant(tensor('float32', [2], Float32Array.of(1, 2)), 'w')
  const c = b.node('Constant', [], { value: tensor('float32', [2], Float32Array.of(3, 4)) })
  const noise = b.node('RandomNormalLike', [x])
  const sum = b.node('Add', [b.node('Add', [x, w]), b.node('Add', [c, noise])])
  const [y] = b.nodes('Identity', [sum], {}, { outputs: ['y'] })
  const types = new Map([['y', tensorType('float32', [2])]])
  const model = parseModel(
    writeOnnx(b.build([y!], types), {
      producer: { name: 'test', version: '1' },
      metadata: new Map([['a', 'b']]),
    }),
  )
  return inspectModel(model, readModelProto(model))
}

describe('inspectModel', () => {
  it('says what goes in and out, and what the model is made of', () => {
    expect(summary()).toMatchObject({
      graphName: 'g',
      producer: 'test 1',
      inputs: [{ name: 'x', type: 'float32[2]' }],
      outputs: [{ name: 'y', type: 'float32[2]' }],
      nodes: 6,
      metadata: { a: 'b' },
    })
    expect(summary().operators[0]).toEqual(['Add', 3])
  })

  it('counts parameters in initializers and in Constant nodes', () => {
    expect(summary()).toMatchObject({ parameters: 4, parameterBytes: 16 })
  })

  it('says what is unusual', () => {
    expect(summary().unusual).toContain('random operators: RandomNormalLike')
  })
})
