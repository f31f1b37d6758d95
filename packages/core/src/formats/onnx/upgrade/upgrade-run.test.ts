/** Old meanings, by their results: each expected value follows from the text of the old version. */
import { expect, it } from 'vitest'
import type { Value } from '../../../base/value.ts'
import { parseGraph } from '../../../ir/parse.ts'
import { interpret } from '../../../reference/interpret.ts'
import { difference } from '../../../testing/close.ts'
import { f16, f32, f64, flat, i64, str } from '../../../testing/literals.ts'
import { upgradeGraph } from './apply.ts'

interface Case {
  readonly name: string
  readonly from: number
  readonly text: string
  readonly inputs: Readonly<Record<string, Value>>
  readonly y: Value
}

const run = (graph: string) => `graph g${graph}`
const ramp = (count: number) => Array.from({ length: count }, (_, i) => i)

const cases: readonly Case[] = [
  {
    name: 'Softmax 11 over all columns at once',
    from: 11,
    text: run('(x: float32[1,2,2]) -> (y) { y = Softmax(x) {axis: 1} }'),
    inputs: { x: flat('float32', [1, 2, 2], [0, Math.log(2), Math.log(3), Math.log(4)]) },
    y: flat('float32', [1, 2, 2], [0.1, 0.2, 0.3, 0.4]),
  },
  {
    name: 'Hardmax 1 with one column per row of an unknown rank',
    from: 7,
    text: run('(x: float32[*]) -> (y) { y = Hardmax(x) }'),
    inputs: { x: flat('float32', [2, 2, 2], [0, 3, 1, 2, 5, 5, 4, 5]) },
    y: flat('float32', [2, 2, 2], [0, 1, 0, 0, 1, 0, 0, 0]),
  },
  {
    name: 'Softmax 11 of nothing',
    from: 11,
    text: run('(x: float32[N,2,2]) -> (y) { y = Softmax(x) {axis: 1} }'),
    inputs: { x: flat('float32', [0, 2, 2], []) },
    y: flat('float32', [0, 2, 2], []),
  },
  {
    name: 'BatchNormalization 7 with statistics per element',
    from: 7,
    text: run(
      '(x: float32[2,1,2], s: float32[1,2], b: float32[1,2], m: float32[1,2], v: float32[1,2]) -> (y) { y = BatchNormalization(x, s, b, m, v) {spatial: 0, epsilon: 0.0} }',
    ),
    inputs: {
      x: flat('float32', [2, 1, 2], [1, 2, 3, 4]),
      s: f32([[1, 10]]),
      b: f32([[0, 100]]),
      m: f32([[1, 0]]),
      v: f32([[4, 1]]),
    },
    y: flat('float32', [2, 1, 2], [0, 120, 1, 140]),
  },
  {
    name: 'GroupNormalization 18 with a scale per group',
    from: 18,
    text: run(
      '(x: float64[1,4,1], s: float64[2], b: float64[2]) -> (y) { y = GroupNormalization(x, s, b) {num_groups: 2, epsilon: 0.0} }',
    ),
    inputs: { x: flat('float64', [1, 4, 1], [0, 2, 4, 8]), s: f64([1, 10]), b: f64([0, 100]) },
    y: flat('float64', [1, 4, 1], [-1, 1, 90, 110]),
  },
  {
    name: 'Resize 10 that grows one axis and shrinks the other',
    from: 10,
    text: run('(x: float32[2,4], s: float32[2]) -> (y) { y = Resize(x, s) }'),
    inputs: { x: flat('float32', [2, 4], ramp(8)), s: f32([2, 0.6]) },
    y: f32([
      [0, 2],
      [0, 2],
      [4, 6],
      [4, 6],
    ]),
  },
  {
    name: 'Upsample 7, linear from the start of each axis',
    from: 7,
    text: run('(x: float32[1,2]) -> (y) { y = Upsample(x) {mode: "linear", scales: [1.0, 2.0]} }'),
    inputs: { x: f32([[0, 2]]) },
    y: f32([[0, 1, 2, 2]]),
  },
  {
    name: 'Resize 11 with tf_half_pixel_for_nn',
    from: 11,
    text: run(
      '(x: float32[4]) -> (y) { const e = float32[0]() const s = float32[1](0.75) y = Resize(x, e, s) {coordinate_transformation_mode: "tf_half_pixel_for_nn", nearest_mode: "floor"} }',
    ),
    inputs: { x: f32([0, 1, 2, 3]) },
    y: f32([0, 2, 3]),
  },
  {
    name: 'Dropout 7, whose mask has the type of the data',
    from: 7,
    text: run('(x: float16[2]) -> (y) { t, m = Dropout(x) y = Add(t, m) }'),
    inputs: { x: f16([1, 2]) },
    y: f16([2, 3]),
  },
  {
    name: 'Clip 6 of a type that is known while running only',
    from: 6,
    text: run('(x) -> (y) { y = Clip(x) {max: 1.0} }'),
    inputs: { x: f64([-2, 3]) },
    y: f64([-2, 1]),
  },
  {
    name: 'Pad 2 with a value',
    from: 2,
    text: run('(x: float32[2]) -> (y) { y = Pad(x) {pads: [1, -1], value: 9.0} }'),
    inputs: { x: f32([1, 2]) },
    y: f32([9, 1]),
  },
  {
    name: 'Mul 6 with an axis',
    from: 6,
    text: run('(x: float32[1,2,2], b: float32[2]) -> (y) { y = Mul(x, b) {broadcast: 1, axis: 1} }'),
    inputs: { x: flat('float32', [1, 2, 2], [1, 2, 3, 4]), b: f32([1, 10]) },
    y: flat('float32', [1, 2, 2], [1, 2, 30, 40]),
  },
  {
    name: 'PRelu 6 with a slope per channel',
    from: 6,
    text: run('(x: float32[1,2,2], s: float32[2]) -> (y) { y = PRelu(x, s) }'),
    inputs: { x: flat('float32', [1, 2, 2], [-1, 2, -3, -4]), s: f32([1, 10]) },
    y: flat('float32', [1, 2, 2], [-1, 2, -30, -40]),
  },
  {
    name: 'Scan 8 over a batch, backwards',
    from: 8,
    text: run(`(s: float32[2], x: float32[2,3]) -> (y) {
      e, y = Scan(_, s, x) {num_scan_inputs: 1, directions: [1],
        body: graph step(a, b) -> (c, d) { c = Add(a, b) d = Identity(c) }} }`),
    inputs: {
      s: f32([0, 100]),
      x: f32([
        [1, 2, 3],
        [4, 5, 6],
      ]),
    },
    y: f32([
      [3, 5, 6],
      [106, 111, 115],
    ]),
  },
  {
    name: 'LabelEncoder 1 from texts',
    from: 1,
    text: run('(x: string[3]) -> (y) { y = ai.onnx.ml.LabelEncoder(x) {classes_strings: ["a", "b"]} }'),
    inputs: { x: str(['b', 'c', 'a']) },
    y: i64([1, -1, 0]),
  },
  {
    name: 'ScatterElements from Scatter 9',
    from: 9,
    text: run('(x: float32[3], i: int64[1], u: float32[1]) -> (y) { y = Scatter(x, i, u) }'),
    inputs: { x: f32([1, 2, 3]), i: i64([1]), u: f32([9]) },
    y: f32([1, 9, 3]),
  },
  {
    name: 'Tile 1 along one axis',
    from: 1,
    text: run('(x: float32[1,2]) -> (y) { const t = float32[](2) const a = float32[](1) y = Tile(x, t, a) }'),
    inputs: { x: f32([[1, 2]]) },
    y: f32([[1, 2, 1, 2]]),
  },
]

it.each(cases)('runs $name', ({ from, text, inputs, y }) => {
  const opsets = new Map([
    ['', from],
    ['ai.onnx.ml', from],
  ])
  const graph = upgradeGraph(parseGraph(text), opsets)
  const results = interpret(graph, new Map(Object.entries(inputs)))
  expect(difference(results.get('y')!, y)).toBeUndefined()
})
