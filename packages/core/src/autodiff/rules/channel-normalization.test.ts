import { groupNormalization } from '../../ops/group-normalization.ts'
import { instanceNormalization } from '../../ops/instance-normalization.ts'
import { lpNormalization } from '../../ops/lp-normalization.ts'
import { lrn } from '../../ops/lrn.ts'
import { meanVarianceNormalization } from '../../ops/mean-variance-normalization.ts'
import { gradTest, spread } from '../../testing/grad-test.ts'

gradTest(instanceNormalization, [
  {
    name: 'images',
    inputs: { input: spread([2, 3, 3, 2]), scale: spread([3], { low: 0.5 }), B: spread([3]) },
  },
  {
    name: 'sequences, with another epsilon',
    inputs: { input: spread([1, 5, 7]), scale: spread([5]), B: spread([5]) },
    attrs: { epsilon: 0.1 },
  },
])
gradTest(groupNormalization, [
  {
    name: 'images',
    inputs: { X: spread([2, 6, 3, 2]), scale: spread([6], { low: 0.5 }), bias: spread([6]) },
    attrs: { num_groups: 3 },
  },
  {
    name: 'one group, with another epsilon',
    inputs: { X: spread([3, 5]), scale: spread([5]), bias: spread([5]) },
    attrs: { num_groups: 1, epsilon: 0.1 },
  },
])
gradTest(lpNormalization, [
  { name: 'the 2-norm of the last axis', inputs: { input: spread([3, 5]) } },
  { name: 'the 2-norm of the first axis', inputs: { input: spread([3, 5]) }, attrs: { axis: 0 } },
  { name: 'the 1-norm', inputs: { input: spread([2, 7, 3]) }, attrs: { axis: -2, p: 1 } },
])
gradTest(lrn, [
  { name: 'an odd size', inputs: { X: spread([2, 5, 3, 2]) }, attrs: { size: 3, alpha: 0.5 } },
  {
    name: 'an even size, with another exponent',
    inputs: { X: spread([1, 7, 3]) },
    attrs: { size: 4, alpha: 0.3, beta: 0.5, bias: 1.5 },
  },
  { name: 'more than all channels', inputs: { X: spread([2, 3]) }, attrs: { size: 7, alpha: 0.5 } },
])
gradTest(meanVarianceNormalization, [
  { name: 'images', inputs: { X: spread([2, 3, 3, 2]) } },
  { name: 'other axes', inputs: { X: spread([2, 5, 3]) }, attrs: { axes: [-1] } },
])
