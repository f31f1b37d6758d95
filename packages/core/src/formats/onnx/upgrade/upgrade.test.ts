/** Adapters to versions from 8 on, and what holds for all of them. */
import { expect, it } from 'vitest'
import { parseGraph } from '../../../ir/parse.ts'
import { linesOf, raisedLines, type UpgradeCase } from '../../../testing/upgrade-text.ts'
import { upgradeGraph } from './apply.ts'

const cases: readonly UpgradeCase[] = [
  {
    name: 'ReduceMean 18: axes',
    from: 17,
    inputs: 'x: float32[2,3]',
    before: 'y = ReduceMean(x) {axes: [-1], keepdims: 0}',
    after: 'const y.axes = int64[1](-1) y = ReduceMean(x, y.axes) {keepdims: 0}',
  },
  {
    name: 'ReduceMean 18: no axes',
    from: 17,
    inputs: 'x: float32[2,3]',
    before: 'y = ReduceMean(x)',
    after: 'y = ReduceMean(x)',
  },
  {
    name: 'Unsqueeze 13: axes',
    from: 9,
    inputs: 'x: float32[2]',
    before: 'y = Unsqueeze(x) {axes: [0, 2]}',
    after: 'const y.axes = int64[2](0, 2) y = Unsqueeze(x, y.axes)',
  },
  {
    name: 'Split 13: sizes',
    from: 11,
    inputs: 'x: float32[3]',
    before: 'y, z = Split(x) {axis: 0, split: [1, 2]}',
    after: 'const y.split = int64[2](1, 2) y, z = Split(x, y.split) {axis: 0}',
  },
  {
    name: 'Split 18: number of parts',
    from: 2,
    inputs: 'x: float32[4]',
    before: 'y, z = Split(x)',
    after: 'y, z = Split(x) {num_outputs: 2}',
  },
  {
    name: 'Slice 10: bounds',
    from: 9,
    inputs: 'x: float32[2,3]',
    before: 'y = Slice(x) {axes: [1], starts: [0], ends: [9223372036854775807]}',
    after:
      'const y.starts = int64[1](0) const y.ends = int64[1](9223372036854775807) const y.axes = int64[1](1) y = Slice(x, y.starts, y.ends, y.axes)',
  },
  {
    name: 'Slice 10: no axes',
    from: 9,
    inputs: 'x: float32[2,3]',
    before: 'y = Slice(x) {starts: [0], ends: [1]}',
    after: 'const y.starts = int64[1](0) const y.ends = int64[1](1) y = Slice(x, y.starts, y.ends)',
  },
  {
    name: 'TopK 10: k',
    from: 9,
    inputs: 'x: float32[5]',
    before: 'y, i = TopK(x) {axis: 0, k: 3}',
    after: 'const y.k = int64[1](3) y, i = TopK(x, y.k) {axis: 0}',
  },
  {
    name: 'Softmax 13: the last axis',
    from: 12,
    inputs: 'x: float32[N,10]',
    before: 'y = Softmax(x)',
    after: 'y = Softmax(x) {axis: 1}',
  },
  {
    name: 'Softmax 13: axes of size 1 behind',
    from: 8,
    inputs: 'x: float32[N,1000,1,1]',
    before: 'y = Softmax(x) {axis: -3}',
    after: 'y = Softmax(x) {axis: 1}',
  },
  {
    name: 'Softmax 13: the last axis of an unknown rank',
    from: 12,
    inputs: 'x: float32[*]',
    before: 'y = LogSoftmax(x) {axis: -1}',
    after: 'y = LogSoftmax(x) {axis: -1}',
  },
  {
    name: 'Softmax 13: several axes',
    from: 12,
    inputs: 'x: float32[N,3,4]',
    before: 'y = Hardmax(x) @h',
    after: `y.Flatten = Flatten(x) {axis: 1} @h/Flatten
      y.Hardmax = Hardmax(y.Flatten) {axis: -1} @h/Hardmax
      y.Shape = Shape(x) @h/Shape
      y = Reshape(y.Hardmax, y.Shape) {allowzero: 1} @h`,
  },
  {
    name: 'Softmax 13: a rank that only inference knows',
    from: 12,
    inputs: 'x: float32[2,3]',
    before: 't = Relu(x) y = Softmax(t)',
    after: 't = Relu(x) y = Softmax(t) {axis: 1}',
  },
  {
    name: 'BatchNormalization 14: inference with unread outputs',
    from: 9,
    inputs: 'x: float32[2,3], s, b, m, v',
    before: 'y, _, _ = BatchNormalization(x, s, b, m, v) {epsilon: 0.5}',
    after: 'y = BatchNormalization(x, s, b, m, v) {epsilon: 0.5}',
  },
  {
    name: 'BatchNormalization 14: training',
    from: 9,
    inputs: 'x: float32[2,3], s, b, m, v',
    before: 'y, mean, var, sm, sv = BatchNormalization(x, s, b, m, v)',
    after: 'y, mean, var = BatchNormalization(x, s, b, m, v) {training_mode: 1}',
  },
  {
    name: 'BatchNormalization 9: spatial',
    from: 7,
    inputs: 'x: float32[2,3], s, b, m, v',
    before: 'y = BatchNormalization(x, s, b, m, v) {spatial: 1}',
    after: 'y = BatchNormalization(x, s, b, m, v)',
  },
  {
    name: 'BatchNormalization 9: not spatial',
    from: 7,
    inputs: 'x: float32[2,3,4], s, b, m, v',
    before: 'y = BatchNormalization(x, s, b, m, v) {spatial: 0, epsilon: 0.5}',
    after: `const y.vector = int64[1](-1)
      y.Flatten = Flatten(x) {axis: 1}
      y.Reshape = Reshape(s, y.vector)
      y.Reshape_1 = Reshape(b, y.vector)
      y.Reshape_2 = Reshape(m, y.vector)
      y.Reshape_3 = Reshape(v, y.vector)
      y.BatchNormalization = BatchNormalization(y.Flatten, y.Reshape, y.Reshape_1, y.Reshape_2, y.Reshape_3) {epsilon: 0.5}
      y.Shape = Shape(x)
      y = Reshape(y.BatchNormalization, y.Shape) {allowzero: 1}`,
  },
  {
    name: 'Dropout 12: ratio',
    from: 10,
    inputs: 'x: float32[2]',
    before: 'y, m = Dropout(x) {ratio: 0.25}',
    after: 'const y.ratio = float32[](0.25) y, m = Dropout(x, y.ratio)',
  },
  {
    name: 'Dropout 10: a mask that is read',
    from: 7,
    inputs: 'x: float32[2]',
    before: 't, m = Dropout(x) y = Add(t, m)',
    after: `const t.ratio = float32[](0.5)
      t, t.mask = Dropout(x, t.ratio)
      m = CastLike(t.mask, x)
      y = Add(t, m)`,
  },
  {
    name: 'Dropout 10: a mask that nobody reads',
    from: 7,
    inputs: 'x: float32[2]',
    before: 'y, m = Dropout(x)',
    after: 'const y.ratio = float32[](0.5) y = Dropout(x, y.ratio)',
  },
  {
    name: 'Upsample 9 and 10: Resize',
    from: 7,
    inputs: 'x: float32[1,1,2,2]',
    before: 'y = Upsample(x) {mode: "linear", scales: [1.0, 1.0, 2.0, 2.0]}',
    after:
      'const y.scales = float32[4](1, 1, 2, 2) y = Resize(x, _, y.scales) {mode: "linear", coordinate_transformation_mode: "asymmetric", nearest_mode: "floor"}',
  },
  {
    name: 'Resize 11: growing',
    from: 10,
    inputs: 'x: float32[2,2]',
    before: 'const s = float32[2](1, 2.5) y = Resize(x, s) {mode: "nearest"}',
    after:
      'const s = float32[2](1, 2.5) y = Resize(x, _, s) {mode: "nearest", coordinate_transformation_mode: "asymmetric", nearest_mode: "floor"}',
  },
  {
    name: 'Resize 11: shrinking',
    from: 10,
    inputs: 'x: float32[2,2]',
    before: 's = Constant() {value: float32[2](1, 0.5)} y = Resize(x, s)',
    after:
      's = Constant() {value: float32[2](1, 0.5)} y = Resize(x, _, s) {coordinate_transformation_mode: "asymmetric", nearest_mode: "ceil"}',
  },
  {
    name: 'Resize 11: unknown scales',
    from: 10,
    inputs: 'x: float32[2,2], s: float32[2]',
    before: 'y = Resize(x, s)',
    after: `const y.one = float32[](1)
      y.Min = Min(s, y.one)
      y.Resize = Resize(x, _, y.Min) {coordinate_transformation_mode: "asymmetric", nearest_mode: "ceil"}
      y.Max = Max(s, y.one)
      y = Resize(y.Resize, _, y.Max) {coordinate_transformation_mode: "asymmetric", nearest_mode: "floor"}`,
  },
  {
    name: 'Resize 13: empty inputs',
    from: 11,
    inputs: 'x: float32[2,2], z: int64[2]',
    before: 'const e = float32[0]() y = Resize(x, e, e, z) {mode: "cubic"}',
    after: 'const e = float32[0]() y = Resize(x, _, _, z) {mode: "cubic"}',
  },
  {
    name: 'Resize 13: tf_half_pixel_for_nn',
    from: 11,
    inputs: 'x: float32[2,2], s: float32[2]',
    before:
      'const e = float32[0]() y = Resize(x, e, s) {coordinate_transformation_mode: "tf_half_pixel_for_nn", nearest_mode: "floor"}',
    after:
      'const e = float32[0]() y = Resize(x, _, s) {coordinate_transformation_mode: "half_pixel", nearest_mode: "round_prefer_ceil"}',
  },
  {
    name: 'Scatter 11: another name',
    from: 9,
    inputs: 'x, i, u',
    before: 'y = Scatter(x, i, u) {axis: 1}',
    after: 'y = ScatterElements(x, i, u) {axis: 1}',
  },
  {
    name: 'Clip 11: bounds',
    from: 6,
    inputs: 'x: float64[2]',
    before: 'y = Clip(x) {min: 0.0, max: 6.0}',
    after: 'const y.min = float64[](0) const y.max = float64[](6) y = Clip(x, y.min, y.max)',
  },
  {
    name: 'Clip 11: one bound of an unknown type',
    from: 6,
    inputs: 'x',
    before: 'y = Clip(x) {max: 6.0}',
    after: 'const y.max = float32[](6) y.CastLike = CastLike(y.max, x) y = Clip(x, _, y.CastLike)',
  },
  {
    name: 'Pad 11: pads and value',
    from: 2,
    inputs: 'x: float16[2]',
    before: 'y = Pad(x) {pads: [1, 2], value: 0.5, mode: "constant"}',
    after:
      'const y.value = float16[](0.5) const y.pads = int64[2](1, 2) y = Pad(x, y.pads, y.value) {mode: "constant"}',
  },
  {
    name: 'RoiAlign 16: no shift',
    from: 10,
    inputs: 'x, r, b',
    before: 'y = RoiAlign(x, r, b) {output_height: 2}',
    after: 'y = RoiAlign(x, r, b) {output_height: 2, coordinate_transformation_mode: "output_half_pixel"}',
  },
  {
    name: 'DFT 20: axis',
    from: 17,
    inputs: 'x',
    before: 'y = DFT(x) {onesided: 1}',
    after: 'const y.axis = int64[](1) y = DFT(x, _, y.axis) {onesided: 1}',
  },
  {
    name: 'GridSample 20: modes',
    from: 16,
    inputs: 'x, g',
    before:
      'a = GridSample(x, g) b = GridSample(a, g) {mode: "bicubic"} y = GridSample(b, g) {mode: "nearest"}',
    after:
      'a = GridSample(x, g) {mode: "linear"} b = GridSample(a, g) {mode: "cubic"} y = GridSample(b, g) {mode: "nearest"}',
  },
  {
    name: 'GroupNormalization 21: per channel',
    from: 18,
    inputs: 'x: float16[2,4,3], s: float16[2], b: float16[2]',
    before: 'y = GroupNormalization(x, s, b) {num_groups: 2}',
    after: `const y.groups = int64[1](2)
      const y.one = int64[1](1)
      const y.column = int64[2](-1, 1)
      const y.flat = int64[1](-1)
      y.Shape = Shape(x) {start: 1, end: 2}
      y.Div = Div(y.Shape, y.groups)
      y.Concat = Concat(y.one, y.Div) {axis: 0}
      y.Reshape = Reshape(s, y.column)
      y.Expand = Expand(y.Reshape, y.Concat)
      y.Reshape_1 = Reshape(y.Expand, y.flat)
      y.Reshape_2 = Reshape(b, y.column)
      y.Expand_1 = Expand(y.Reshape_2, y.Concat)
      y.Reshape_3 = Reshape(y.Expand_1, y.flat)
      y = GroupNormalization(x, y.Reshape_1, y.Reshape_3) {num_groups: 2, stash_type: 10}`,
  },
  {
    name: 'Scan 9: a batch',
    from: 8,
    inputs: 's: float32[3,2], x: float32[3,5,2]',
    before: `y, z = Scan(_, s, x) {num_scan_inputs: 1, directions: [1],
      body: graph step(a, b) -> (c, d) { c = Add(a, b) d = Identity(c) }}`,
    after: `y, z = Scan(s, x) {
      body: graph instance(y.instance, y.instance_1) -> (y.result, y.result_1) {
        y.result, y.result_1 = Scan(y.instance, y.instance_1) {
          body: graph step(a, b) -> (c, d) { c = Add(a, b) d = Identity(c) },
          num_scan_inputs: 1, scan_input_directions: [1]
        }
      },
      num_scan_inputs: 2
    }`,
  },
  {
    name: 'bodies',
    from: 12,
    inputs: 'c: bool[], x: float32[2,3]',
    before: `y = If(c) {then_branch: graph t() -> (a) { a = ReduceSum(x) {axes: [0]} },
      else_branch: graph e() -> (b) { b = Softmax(x) }}`,
    after: `y = If(c) {
      then_branch: graph t() -> (a) { const a.axes = int64[1](0) a = ReduceSum(x, a.axes) },
      else_branch: graph e() -> (b) { b = Softmax(x) {axis: 1} }}`,
  },
  {
    name: 'names in use',
    from: 12,
    inputs: 'x, y.axes',
    before: 'y.axes_1 = Relu(y.axes) y = Squeeze(x) {axes: [0]}',
    after: 'const y.axes_2 = int64[1](0) y.axes_1 = Relu(y.axes) y = Squeeze(x, y.axes_2)',
  },
  {
    name: 'nothing of other domains',
    from: 1,
    inputs: 'x',
    before: 'y = com.microsoft.Squeeze(x) {axes: [0]}',
    after: 'y = com.microsoft.Squeeze(x) {axes: [0]}',
  },
]

it.each(cases)('upgradeGraph raises $name', (one) => {
  expect(raisedLines(one)).toEqual(linesOf(one.inputs, one.after))
})

it('upgradeGraph returns a graph at the newest version as it is', () => {
  const graph = parseGraph('graph g(x) -> (y) { y = Squeeze(x) {axes: [0]} }')
  expect(upgradeGraph(graph, new Map([['', 28]]))).toBe(graph)
})
