import { centerCropPad } from '../../ops/center-crop-pad.ts'
import { col2im } from '../../ops/col2im.ts'
import { depthToSpace } from '../../ops/depth-to-space.ts'
import { reverseSequence } from '../../ops/reverse-sequence.ts'
import { spaceToDepth } from '../../ops/space-to-depth.ts'
import { gradTest, spread } from '../../testing/grad-test.ts'
import { i64 } from '../../testing/literals.ts'

const modes = ['DCR', 'CRD'] as const
gradTest(
  depthToSpace,
  modes.map((mode) => ({
    name: mode,
    inputs: { input: spread([2, 8, 3, 1]) },
    attrs: { blocksize: 2, mode },
  })),
)
gradTest(
  spaceToDepth,
  modes.map((mode) => ({
    name: mode,
    inputs: { input: spread([1, 2, 4, 6]) },
    attrs: { blocksize: 2, mode },
  })),
)
gradTest(reverseSequence, [
  { name: 'time first', inputs: { input: spread([4, 3, 2]), sequence_lens: i64([4, 0, 3]) } },
  {
    name: 'batch first',
    inputs: { input: spread([3, 4]), sequence_lens: i64([2, 1, 4]) },
    attrs: { batch_axis: 0, time_axis: 1 },
  },
])
gradTest(col2im, [
  {
    name: 'blocks that overlap',
    inputs: { input: spread([2, 8, 6]), image_shape: i64([3, 4]), block_shape: i64([2, 2]) },
  },
  {
    name: 'strides, pads and dilations',
    inputs: { input: spread([1, 12, 8]), image_shape: i64([5, 5]), block_shape: i64([2, 3]) },
    attrs: { strides: [2, 1], pads: [0, 1, 1, 0], dilations: [2, 1] },
  },
  {
    name: 'a line',
    inputs: { input: spread([1, 6, 3]), image_shape: i64([5]), block_shape: i64([3]) },
  },
])
gradTest(centerCropPad, [
  { name: 'cut and padded', inputs: { input_data: spread([3, 4]), shape: i64([5, 3]) } },
  { name: 'an axis', inputs: { input_data: spread([2, 3, 4]), shape: i64([7]) }, attrs: { axes: [-1] } },
])
