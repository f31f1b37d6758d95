import { f32, f64, flat, i32, i64 } from '../../testing/literals.ts'
import { opTest } from '../../testing/op-test.ts'
import { blackmanWindow } from './blackman-window.ts'
import { hammingWindow } from './hamming-window.ts'
import { hannWindow } from './hann-window.ts'

/** Values at the edge, a quarter and the middle of the period. */
const table = [
  { op: hannWindow, edge: 0, quarter: 0.5 },
  { op: hammingWindow, edge: 4 / 46, quarter: 25 / 46 },
  { op: blackmanWindow, edge: 0, quarter: 0.34 },
]

for (const { op, edge, quarter } of table) {
  opTest(op, {
    cases: [
      {
        name: 'has the period of its size',
        inputs: { size: i32(4) },
        outputs: { output: f32([edge, quarter, 1, quarter]) },
      },
      {
        name: 'ends as it begins where symmetric',
        inputs: { size: i64([5]) },
        attrs: { periodic: 0 },
        outputs: { output: f32([edge, quarter, 1, quarter, edge]) },
      },
      {
        name: 'begins at the edge for one periodic sample, as onnxruntime does',
        inputs: { size: i64(1) },
        outputs: { output: f32([edge]) },
      },
      {
        name: 'is 1 for one symmetric sample',
        inputs: { size: i64(1) },
        attrs: { periodic: 0 },
        outputs: { output: f32([1]) },
      },
      { name: 'is empty for none', inputs: { size: i64(0) }, outputs: { output: flat('float32', [0], []) } },
      {
        name: 'gives float64',
        inputs: { size: i64(2) },
        attrs: { output_datatype: 11 },
        outputs: { output: f64([edge, 1]) },
      },
      {
        name: 'gives integers',
        inputs: { size: i64(1) },
        attrs: { output_datatype: 7, periodic: 0 },
        outputs: { output: i64([1]) },
      },
    ],
    symbolic: [
      { name: 'takes a known size', inputs: { size: i64(7) }, outputs: ['float32[7]'] },
      { name: 'takes a symbolic size', inputs: { size: 'int64[]{N}' }, outputs: ['float32[N]'] },
      { name: 'names an unknown size', inputs: { size: 'int32[1]' }, outputs: ['float32[node.window]'] },
    ],
    random: (g) => ({ inputs: { size: i64(g.int(0, 20)) }, attrs: { periodic: g.int(0, 1) } }),
    invalid: [
      {
        name: 'a negative size',
        inputs: { size: i64(-1) },
        code: 'SLP-O2',
        message: 'size must not be negative, got -1',
      },
      {
        name: 'text',
        inputs: { size: i64(1) },
        attrs: { output_datatype: 8 },
        code: 'SLP-O1',
        message: 'attribute output_datatype',
      },
    ],
  })
}
