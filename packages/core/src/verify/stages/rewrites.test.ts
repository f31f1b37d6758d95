import { expect, it } from 'vitest'
import { writeOnnx } from '../../formats/onnx/write.ts'
import { graphBuilder } from '../../ir/builder.ts'
import { verifyModel } from '../verify-model.ts'
import { rewrites } from './rewrites.ts'

it('passes where rewrites keep the numbers, and counts them', async () => {
  const b = graphBuilder({ name: 'chain' })
  const x = b.input('x', { kind: 'tensor', dtype: 'float32', shape: [4] })
  const bytes = writeOnnx(b.build([b.node('Relu', [b.node('Identity', [b.node('Identity', [x])])])]))
  const { stages, passed } = await verifyModel({ bytes }, { stages: [rewrites] })
  expect(passed).toBe(true)
  expect(Number(stages[0]?.facts['steps'])).toBeGreaterThan(0)
})
