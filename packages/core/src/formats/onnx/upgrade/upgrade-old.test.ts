/** Adapters to versions up to 7. */
import { expect, it } from 'vitest'
import { linesOf, raisedLines, type UpgradeCase } from '../../../testing/upgrade-text.ts'

const cases: readonly UpgradeCase[] = [
  {
    name: 'Split 2: sizes as an input',
    from: 1,
    inputs: 'x: float32[3]',
    before: 'const s = int64[2](1, 2) y, z = Split(x, s)',
    after: 'const s = int64[2](1, 2) const y.split = int64[2](1, 2) y, z = Split(x, y.split)',
  },
  {
    name: 'BatchNormalization 6 and 7: is_test',
    from: 5,
    inputs: 'x: float32[2,3], s, b, m, v',
    before: 'y, _, _ = BatchNormalization(x, s, b, m, v) {consumed_inputs: [0, 0, 0, 1, 1], is_test: 1}',
    after: 'y = BatchNormalization(x, s, b, m, v)',
  },
  {
    name: 'Dropout 7: is_test',
    from: 6,
    inputs: 'x: float32[2]',
    before: 'y, m = Dropout(x) {is_test: 1, ratio: 0.25}',
    after: 'const y.ratio = float32[](0.25) y = Dropout(x, y.ratio)',
  },
  {
    name: 'Upsample 7: scales per axis',
    from: 6,
    inputs: 'x: float32[1,1,2,2]',
    before: 'y = Upsample(x) {mode: "bilinear", height_scale: 2.0, width_scale: 3.0}',
    after:
      'const y.scales = float32[4](1, 1, 2, 3) y = Resize(x, _, y.scales) {mode: "linear", coordinate_transformation_mode: "asymmetric", nearest_mode: "floor"}',
  },
  {
    name: 'Pad 2: another name',
    from: 1,
    inputs: 'x: float32[2]',
    before: 'y = Pad(x) {paddings: [1, 2]}',
    after: 'const y.pads = int64[2](1, 2) y = Pad(x, y.pads)',
  },
  {
    name: 'LabelEncoder 2: from texts',
    from: 1,
    inputs: 'x: string[2]',
    before: 'y = ai.onnx.ml.LabelEncoder(x) {classes_strings: ["a", "b"], default_int64: 7}',
    after:
      'y = ai.onnx.ml.LabelEncoder(x) {default_int64: 7, keys_strings: ["a", "b"], values_int64s: [0, 1]}',
  },
  {
    name: 'LabelEncoder 2: to texts',
    from: 1,
    inputs: 'x: int64[2]',
    before: 'y = ai.onnx.ml.LabelEncoder(x) {classes_strings: ["a", "b"], default_string: "?"}',
    after:
      'y = ai.onnx.ml.LabelEncoder(x) {default_string: "?", keys_int64s: [0, 1], values_strings: ["a", "b"]}',
  },
  {
    name: 'Cast 6: codes',
    from: 5,
    inputs: 'x',
    before: 'y = Cast(x) {to: "DOUBLE"}',
    after: 'y = Cast(x) {to: 11}',
  },
  {
    name: 'Reshape 5: shape',
    from: 4,
    inputs: 'x',
    before: 'y = Reshape(x) {shape: [0, -1], consumed_inputs: [0]}',
    after: 'const y.shape = int64[2](0, -1) y = Reshape(x, y.shape)',
  },
  {
    name: 'Concat 4: axis',
    from: 3,
    inputs: 'x',
    before: 'y = Concat(x, x)',
    after: 'y = Concat(x, x) {axis: 1}',
  },
  {
    name: 'Add 7: aligned at the end already',
    from: 6,
    inputs: 'x: float32[2,3], b: float32[3]',
    before: 'y = Add(x, b) {broadcast: 1}',
    after: 'y = Add(x, b)',
  },
  {
    name: 'Mul 7: an axis in the middle',
    from: 5,
    inputs: 'x: float32[2,3,4,5], b: float32[3]',
    before: 'y = Mul(x, b) {broadcast: 1, axis: 1, consumed_inputs: [0, 0]}',
    after: 'const y.axes = int64[2](1, 2) y.Unsqueeze = Unsqueeze(b, y.axes) y = Mul(x, y.Unsqueeze)',
  },
  {
    name: 'PRelu 7: a slope per channel',
    from: 6,
    inputs: 'x: float32[2,3,4], s: float32[3]',
    before: 'y = PRelu(x, s)',
    after: 'const y.axes = int64[1](1) y.Unsqueeze = Unsqueeze(s, y.axes) y = PRelu(x, y.Unsqueeze)',
  },
  {
    name: 'PRelu 7: one slope',
    from: 6,
    inputs: 'x, s: float32[1]',
    before: 'y = PRelu(x, s)',
    after: 'y = PRelu(x, s)',
  },
  {
    name: 'Gemm 7: broadcast',
    from: 6,
    inputs: 'a, b, c',
    before: 'y = Gemm(a, b, c) {broadcast: 1, transB: 1}',
    after: 'y = Gemm(a, b, c) {transB: 1}',
  },
  {
    name: 'LSTM 7: output_sequence',
    from: 1,
    inputs: 'x, w, r',
    before: 'y = LSTM(x, w, r) {hidden_size: 2, output_sequence: 1}',
    after: 'y = LSTM(x, w, r) {hidden_size: 2}',
  },
  {
    name: 'Relu 6: consumed_inputs',
    from: 5,
    inputs: 'x',
    before: 'y = Relu(x) {consumed_inputs: [0]}',
    after: 'y = Relu(x)',
  },
  {
    name: 'Selu 6: defaults',
    from: 5,
    inputs: 'x',
    before: 'y = Selu(x)',
    after: 'y = Selu(x) {alpha: 1.6732f, gamma: 1.0507f}',
  },
  {
    name: 'LpPool 2: p',
    from: 1,
    inputs: 'x',
    before: 'y = LpPool(x) {p: 3.0, kernel_shape: [2]}',
    after: 'y = LpPool(x) {kernel_shape: [2], p: 3}',
  },
  {
    name: 'Tile 6: repeats',
    from: 5,
    inputs: 'x: float32[2,3]',
    before: 'const t = float32[](4) const a = float32[](1) y = Tile(x, t, a)',
    after:
      'const t = float32[](4) const a = float32[](1) const y.repeats = int64[2](1, 4) y = Tile(x, y.repeats)',
  },
]

it.each(cases)('upgradeGraph raises $name', (one) => {
  expect(raisedLines(one)).toEqual(linesOf(one.inputs, one.after))
})
