import { layerNormalization } from '../../ops/layer-normalization.ts'
import { rmsNormalization } from '../../ops/rms-normalization.ts'
import { gradTest, spread } from '../../testing/grad-test.ts'

gradTest(layerNormalization, [
  { name: 'the last axis', inputs: { X: spread([3, 7]), Scale: spread([7], { low: 0.5 }), B: spread([7]) } },
  {
    name: 'two axes, without B',
    inputs: { X: spread([2, 3, 5]), Scale: spread([3, 5]) },
    attrs: { axis: 1 },
  },
  { name: 'another epsilon', inputs: { X: spread([3, 7]), Scale: spread([7]) }, attrs: { epsilon: 0.1 } },
])
gradTest(rmsNormalization, [
  { name: 'the last axis', inputs: { X: spread([3, 7]), scale: spread([7], { low: 0.5 }) } },
  { name: 'two axes', inputs: { X: spread([2, 3, 5]), scale: spread([3, 5]) }, attrs: { axis: -2 } },
])
