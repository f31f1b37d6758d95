import { describe, it } from 'vitest'
import { checkOnTargets } from '../../testing/check-emit.ts'
import { type Gen, generator } from '../../testing/gen.ts'
import { f32 } from '../../testing/literals.ts'
import { simplifiedLayerNormalization } from '../contrib/simplified-layer-normalization.ts'
import { skipLayerNormalization } from '../contrib/skip-layer-normalization.ts'
import { skipSimplifiedLayerNormalization } from '../contrib/skip-simplified-layer-normalization.ts'
import { groupNormalization } from '../group-normalization.ts'
import { layerNormalization } from '../layer-normalization.ts'
import { randomStream } from '../random.ts'
import { rmsNormalization } from '../rms-normalization.ts'

const sizes = [1, 3, 4, 5, 16, 17, 23, 67]
const tensors = (g: Gen, ...shapes: readonly (readonly number[])[]) =>
  shapes.map((shape) => g.tensor('float32', shape))

describe.each(sizes)('rows of %i', (size) => {
  const g = generator(randomStream(size))
  const batch = [2, 3, size]

  it('LayerNormalization', () => {
    checkOnTargets(layerNormalization, {
      inputs: tensors(g, batch, [size], [size]),
      outputCount: 3,
      threads: 2,
    })
    checkOnTargets(layerNormalization, { inputs: tensors(g, batch, [size]) })
    checkOnTargets(layerNormalization, {
      inputs: tensors(g, batch, [3, size], [1, 3, size]),
      attrs: { axis: 1 },
    })
  })

  it('RMSNormalization', () => {
    checkOnTargets(rmsNormalization, { inputs: tensors(g, batch, [size]), threads: 2 })
    checkOnTargets(rmsNormalization, { inputs: tensors(g, batch, batch), attrs: { axis: 0 } })
    checkOnTargets(simplifiedLayerNormalization, { inputs: tensors(g, batch, [size]), outputCount: 2 })
  })

  it('the sum of two', () => {
    for (const skip of [batch, [1, 3, size], [3, size]]) {
      const [x, s, gamma, beta, bias] = tensors(g, batch, skip, [size], [size], [size])
      checkOnTargets(skipLayerNormalization, { inputs: [x, s, gamma, beta, bias], outputCount: 4 })
      checkOnTargets(skipLayerNormalization, { inputs: [x, s, gamma] })
      checkOnTargets(skipSimplifiedLayerNormalization, { inputs: [x, s, gamma, bias] })
    }
  })
})

it.each([
  [1, 4, 2],
  [2, 6, 3, 3],
  [3, 4, 7, 1],
  [2, 8, 19],
  [1, 4],
])('GroupNormalization of %i×%i…', (...shape) => {
  const g = generator(randomStream(shape.length))
  const channels = shape[1]!
  for (const num_groups of [1, 2, channels])
    checkOnTargets(groupNormalization, {
      inputs: tensors(g, shape, [channels], [channels]),
      attrs: { num_groups },
      tolerance: { relative: 1e-5, absolute: 1e-5 },
    })
})

it('keeps a small deviation beside a large mean', () => {
  const g = generator(randomStream(5))
  const x = f32(Array.from({ length: 3 }, () => Array.from({ length: 50 }, () => 4096 + g.int(-8, 8) / 8)))
  checkOnTargets(layerNormalization, {
    inputs: [x, ...tensors(g, [50], [50])],
    tolerance: { relative: 1e-3, absolute: 1e-3 },
  })
})

it('passes NaN and infinity on within their row', () => {
  const x = f32([
    [1, Number.NaN, 2, 3, 4],
    [1, 2, 3, 4, 5],
    [Number.POSITIVE_INFINITY, 1, 2, 3, 4],
  ])
  checkOnTargets(layerNormalization, { inputs: [x, f32([1, 2, 3, 4, 5])] })
  checkOnTargets(rmsNormalization, { inputs: [x, f32([1, 2, 3, 4, 5])] })
})
