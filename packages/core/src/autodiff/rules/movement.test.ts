import { concat } from '../../ops/concat.ts'
import { expand } from '../../ops/expand.ts'
import { flatten } from '../../ops/flatten.ts'
import { pad } from '../../ops/pad.ts'
import { reshape } from '../../ops/reshape.ts'
import { slice } from '../../ops/slice.ts'
import { split } from '../../ops/split.ts'
import { squeeze } from '../../ops/squeeze.ts'
import { tile } from '../../ops/tile.ts'
import { transpose } from '../../ops/transpose.ts'
import { trilu } from '../../ops/trilu.ts'
import { unsqueeze } from '../../ops/unsqueeze.ts'
import { gradTest, spread } from '../../testing/grad-test.ts'
import { f64, i64 } from '../../testing/literals.ts'

const data = spread([3, 4, 5])

gradTest(reshape, [{ name: 'another shape', inputs: { data, shape: i64([5, -1]) } }])
gradTest(flatten, [{ name: 'at an axis', inputs: { input: data }, attrs: { axis: 2 } }])
gradTest(squeeze, [{ name: 'axes', inputs: { data: spread([1, 3, 1]), axes: i64([0, -1]) } }])
gradTest(unsqueeze, [{ name: 'axes', inputs: { data, axes: i64([0, -1]) } }])
gradTest(expand, [
  { name: 'ones and new axes', inputs: { input: spread([3, 1]), shape: i64([2, 3, 4]) } },
  { name: 'nothing', inputs: { input: spread([3]), shape: i64([1]) } },
])
gradTest(transpose, [
  { name: 'reversed', inputs: { data } },
  { name: 'turned round', inputs: { data }, attrs: { perm: [1, 2, 0] } },
])
gradTest(concat, [
  {
    name: 'several',
    inputs: { inputs: [spread([2, 3]), spread([2, 1]), spread([2, 4])] },
    attrs: { axis: -1 },
  },
  { name: 'one', inputs: { inputs: [spread([2, 3])] }, attrs: { axis: 0 } },
])
gradTest(split, [
  { name: 'equal parts', inputs: { input: spread([4, 3]) }, attrs: { num_outputs: 2 }, outputs: 2 },
  { name: 'sizes', inputs: { input: data, split: i64([1, 3]) }, attrs: { axis: 1 }, outputs: 2 },
])
gradTest(slice, [
  { name: 'two axes', inputs: { data, starts: i64([1, -3]), ends: i64([3, -1]), axes: i64([0, 2]) } },
  {
    name: 'steps',
    inputs: { data, starts: i64([0, 1]), ends: i64([3, 99]), axes: i64([0, -1]), steps: i64([2, 3]) },
  },
  {
    name: 'backwards',
    inputs: { data, starts: i64([-1, 3]), ends: i64([-99, 0]), axes: i64([2, 1]), steps: i64([-2, -1]) },
  },
  { name: 'nothing', inputs: { data, starts: i64([2]), ends: i64([2]), axes: i64([1]) } },
])
gradTest(pad, [
  { name: 'zeros', inputs: { data: spread([3, 4]), pads: i64([1, 0, 2, 3]) } },
  { name: 'a constant', inputs: { data: spread([3, 4]), pads: i64([1, 0, 2, 3]), constant_value: f64(0.7) } },
  { name: 'taken away', inputs: { data: spread([3, 4]), pads: i64([-1, 2, 0, -1]) } },
  { name: 'some axes', inputs: { data, pads: i64([2, 1]), axes: i64([-1]) } },
  { name: 'mirrored', inputs: { data: spread([3, 4]), pads: i64([2, 1, 1, 3]) }, attrs: { mode: 'reflect' } },
  { name: 'the border', inputs: { data: spread([3, 4]), pads: i64([2, 0, 1, 3]) }, attrs: { mode: 'edge' } },
  { name: 'wrapped', inputs: { data: spread([3, 4]), pads: i64([2, 0, 1, 3]) }, attrs: { mode: 'wrap' } },
])
gradTest(tile, [{ name: 'two axes', inputs: { input: spread([2, 3]), repeats: i64([3, 2]) } }])
gradTest(trilu, [
  { name: 'upper', inputs: { input: spread([2, 4, 3]) } },
  { name: 'lower', inputs: { input: spread([4, 3]), k: i64(1) }, attrs: { upper: 0 } },
])
