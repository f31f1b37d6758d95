import { describe, expect, it } from 'vitest'
import type { SlipwayError } from '../../../base/errors.ts'
import type { Graph } from '../../../ir/graph.ts'
import { parseGraph } from '../../../ir/parse.ts'
import { printGraph } from '../../../ir/print.ts'
import { assertGraph } from '../../../ir/verify.ts'
import { randomStream } from '../../../ops/random.ts'
import { interpret } from '../../../reference/interpret.ts'
import { difference } from '../../../testing/close.ts'
import { generator } from '../../../testing/gen.ts'
import { refusalOf } from '../../../testing/refusal.ts'
import { upgradeGraph } from '../upgrade/apply.ts'
import { lowerGraph } from './apply.ts'
import { lowerings } from './registry.gen.ts'

interface Case {
  readonly name: string
  readonly to: number
  /** Inputs with types, such as `x: float32[2,4]`. */
  readonly inputs: string
  readonly before: string
  /** The lines of the lowered graph; the same as before unless given. */
  readonly after?: string
}

const graphOf = (inputs: string, body: string): Graph => parseGraph(`graph g(${inputs}) -> (y) { ${body} }`)
const opsetsOf = (version: number) => new Map([['', version]])
const lower = (graph: Graph, to: number) => lowerGraph(graph, { opsets: opsetsOf(to), changes: 'any' })
const linesOf = (graph: Graph) =>
  printGraph(graph)
    .trim()
    .split('\n')
    .slice(1, -1)
    .map((line) => line.trim())

const cases: readonly Case[] = [
  { name: 'Relu 14: as it is', to: 13, inputs: 'x: float32[2]', before: 'y = Relu(x)' },
  {
    name: 'Cast 24: attributes at their defaults',
    to: 13,
    inputs: 'x: float32[2]',
    before: 'y = Cast(x) {round_mode: "up", saturate: 1, to: 7}',
    after: 'y = Cast(x) {to: 7}',
  },
  {
    name: 'ReduceMean 18: axes',
    to: 17,
    inputs: 'x: float32[2,3]',
    before: 'const a = int64[1](-1) y = ReduceMean(x, a) {keepdims: 0, noop_with_empty_axes: 0}',
    after: 'y = ReduceMean(x) {keepdims: 0, axes: [-1]}',
  },
  ...['L1', 'L2', 'LogSum', 'LogSumExp', 'Max', 'Min', 'Prod', 'SumSquare'].map((name) => ({
    name: `Reduce${name} 18: axes of a computed constant`,
    to: 17,
    inputs: 'x: float32[2,3]',
    before: `const a = int64[1](-1) b = Neg(a) t = Abs(x) y = Reduce${name}(t, b)`,
    after: `t = Abs(x) y = Reduce${name}(t) {axes: [1]}`,
  })),
  {
    name: 'ReduceLogSumExp 28: all axes',
    to: 17,
    inputs: 'x: float32[2,3]',
    before: 'const a = int64[0]() y = ReduceLogSumExp(x, a)',
    after: 'y = ReduceLogSumExp(x)',
  },
  {
    name: 'Split 18: parts of equal size',
    to: 13,
    inputs: 'x: float32[4]',
    before: 'y, z = Split(x) {num_outputs: 2}',
    after: 'y, z = Split(x)',
  },
  {
    name: 'Split 18: a smaller last part',
    to: 17,
    inputs: 'x: float32[2,5]',
    before: 'y, z = Split(x) {axis: -1, num_outputs: 2}',
    after: 'const y.split = int64[2](3, 2) y, z = Split(x, y.split) {axis: -1}',
  },
  {
    name: 'Pad 18: some axes',
    to: 17,
    inputs: 'x: float32[2,3]',
    before: 'const p = int64[2](1, 2) const a = int64[1](-1) y = Pad(x, p, _, a)',
    after: 'const y.pads = int64[4](0, 1, 0, 2) y = Pad(x, y.pads)',
  },
  {
    name: 'Pad 19: a mode that was there',
    to: 17,
    inputs: 'x: float32[2,3]',
    before: 'const p = int64[4](0, 1, 0, 2) y = Pad(x, p) {mode: "edge"}',
  },
  {
    name: 'ScatterElements 18: a reduction that was there',
    to: 16,
    inputs: 'x: float32[3]',
    before: 'const i = int64[1](1) const u = float32[1](5) y = ScatterElements(x, i, u) {reduction: "add"}',
  },
  {
    name: 'ScatterND 18: no reduction',
    to: 13,
    inputs: 'x: float32[3]',
    before: 'const i = int64[1,1](1) const u = float32[1](5) y = ScatterND(x, i, u) {reduction: "none"}',
    after: 'const i = int64[1,1](1) const u = float32[1](5) y = ScatterND(x, i, u)',
  },
  {
    name: 'Resize 19: options at their defaults',
    to: 13,
    inputs: 'x: float32[1,1,2,2]',
    before:
      'const s = float32[4](1, 1, 2, 2) y = Resize(x, _, s) {antialias: 0, keep_aspect_ratio_policy: "stretch", mode: "linear"}',
    after: 'const s = float32[4](1, 1, 2, 2) y = Resize(x, _, s) {mode: "linear"}',
  },
  {
    name: 'Resize 18: scales of some axes',
    to: 17,
    inputs: 'x: float32[1,1,2,2]',
    before: 'const s = float32[2](3, 2) y = Resize(x, _, s) {axes: [3, -2]}',
    after:
      'const s = float32[2](3, 2) const y.one = float32[1](1) const y.places = int64[4](2, 2, 1, 0) y.Concat = Concat(s, y.one) {axis: 0} y.Gather = Gather(y.Concat, y.places) y = Resize(x, _, y.Gather)',
  },
  {
    name: 'Resize 18: sizes of some axes',
    to: 13,
    inputs: 'x: float32[1,1,2,2]',
    before: 'const s = int64[1](3) y = Resize(x, _, _, s) {axes: [2], mode: "linear"}',
    after:
      'const s = int64[1](3) const y.places = int64[4](1, 2, 0, 4) y.Shape = Shape(x) y.Concat = Concat(s, y.Shape) {axis: 0} y.Gather = Gather(y.Concat, y.places) y = Resize(x, _, _, y.Gather) {mode: "linear"}',
  },
  {
    name: 'DFT 20: the axis',
    to: 17,
    inputs: 'x: float32[1,4,1]',
    before: 'const a = int64[](1) y = DFT(x, _, a)',
    after: 'y = DFT(x) {axis: 1}',
  },
  {
    name: 'GridSample 20: names of modes',
    to: 16,
    inputs: 'x: float32[1,1,2,2], g: float32[1,2,2,2]',
    before: 'y = GridSample(x, g) {mode: "cubic"}',
    after: 'y = GridSample(x, g) {mode: "bicubic"}',
  },
  {
    name: 'RoiAlign 16: coordinates that are not shifted',
    to: 13,
    inputs: 'x: float32[1,1,4,4], r: float32[1,4]',
    before:
      'const i = int64[1](0) y = RoiAlign(x, r, i) {coordinate_transformation_mode: "output_half_pixel"}',
    after: 'const i = int64[1](0) y = RoiAlign(x, r, i)',
  },
  {
    name: 'Shape 15: a part',
    to: 13,
    inputs: 'x: float32[2,3,4]',
    before: 'y = Shape(x) {start: -2}',
    after:
      'const y.start = int64[1](-2) const y.end = int64[1](9007199254740991) y.Shape = Shape(x) y = Slice(y.Shape, y.start, y.end)',
  },
  {
    name: 'Reshape 14: no size of 0',
    to: 13,
    inputs: 'x: float32[2,3]',
    before: 'const s = int64[1](6) y = Reshape(x, s) {allowzero: 1}',
    after: 'const s = int64[1](6) y = Reshape(x, s)',
  },
  {
    name: 'BatchNormalization 14: inference',
    to: 13,
    inputs: 'x: float32[2,1], s: float32[1]',
    before: 'const v = float32[1](2) y = BatchNormalization(x, s, s, s, v) {training_mode: 0}',
    after: 'const v = float32[1](2) y = BatchNormalization(x, s, s, s, v)',
  },
  {
    name: 'DequantizeLinear 23: the type of the scale',
    to: 21,
    inputs: 'x: int8[2]',
    before: 'const s = float32[](0.5) y = DequantizeLinear(x, s) {output_dtype: 1}',
    after: 'const s = float32[](0.5) y = DequantizeLinear(x, s)',
  },
  {
    name: 'QuantizeLinear 21: the type of the result',
    to: 19,
    inputs: 'x: float32[2]',
    before: 'const s = float32[](0.5) y = QuantizeLinear(x, s) {output_dtype: 3}',
    after: 'const s = float32[](0.5) const y.zero_point = int8[](0) y = QuantizeLinear(x, s, y.zero_point)',
  },
  {
    name: 'MaxPool 22: no window behind the last element',
    to: 13,
    inputs: 'x: float32[1,1,5]',
    before: 'y = MaxPool(x) {ceil_mode: 1, kernel_shape: [2], strides: [2]}',
  },
  {
    name: 'AveragePool 22: a wide stride over a size that fits',
    to: 13,
    inputs: 'x: float32[1,1,4]',
    before: 'y = AveragePool(x) {ceil_mode: 1, kernel_shape: [1], strides: [3]}',
  },
  {
    name: 'BitShift 28: distances within the width',
    to: 27,
    inputs: 'x: uint8[2]',
    before: 'const d = uint8[](3) y = BitShift(x, d) {direction: "LEFT"}',
  },
  {
    name: 'BitShift 28: any distance',
    to: 18,
    inputs: 'x: uint8[5], d: uint8[5]',
    before: 'y = BitShift(x, d) {direction: "RIGHT"}',
    after:
      'const y.bits = uint8[](8) const y.zero = uint8[](0) y.Less = Less(d, y.bits) y.Where = Where(y.Less, d, y.zero) y.BitShift = BitShift(x, y.Where) {direction: "RIGHT"} y = Where(y.Less, y.BitShift, y.zero)',
  },
  {
    name: 'Mod 28: whole numbers',
    to: 13,
    inputs: 'x: int32[3]',
    before: 'const d = int32[](3) y = Mod(x, d)',
  },
  {
    name: 'ReduceSum, Squeeze, Unsqueeze and Split 13: attributes',
    to: 12,
    inputs: 'x: int32[2,1,3]',
    before:
      'const a = int64[1](1) const s = int64[2](1, 2) p = Squeeze(x, a) q, r = Split(p, s) {axis: 1} t = ReduceSum(r, a) y = Unsqueeze(t, a)',
    after:
      'p = Squeeze(x) {axes: [1]} q, r = Split(p) {axis: 1, split: [1, 2]} t = ReduceSum(r) {axes: [1]} y = Unsqueeze(t) {axes: [1]}',
  },
  {
    name: 'HardSwish 14: a function',
    to: 13,
    inputs: 'x: float32[3]',
    before: 'y = HardSwish(x)',
    after:
      'y.HardSwish.HardSigmoid = HardSigmoid(x) {alpha: 0.16666666666666666, beta: 0.5} y = Mul(x, y.HardSwish.HardSigmoid)',
  },
  {
    name: 'CastLike 15: a function',
    to: 13,
    inputs: 'x: float32[3], l: int32[1]',
    before: 'y = CastLike(x, l)',
    after: 'y = Cast(x) {to: 6}',
  },
  {
    name: 'Relu 14: a function where whole numbers came later',
    to: 13,
    inputs: 'x: int32[3]',
    before: 'y = Relu(x)',
    after: 'const y.Relu.constant = int32[](0) y = Max(x, y.Relu.constant)',
  },
  {
    name: 'a body of If',
    to: 17,
    inputs: 'c: bool[], x: float32[2]',
    before:
      'const a = int64[1](0) y = If(c) {then_branch: graph t() -> (p) { p = ReduceMean(x, a) }, else_branch: graph e() -> (q) { q = Neg(x) }}',
    after:
      'y = If(c) {then_branch: graph t() -> (p) { p = ReduceMean(x) {axes: [0]} }, else_branch: graph e() -> (q) { q = Neg(x) }}',
  },
]

/** Values for the inputs of a graph whose sizes are numbers. */
function valuesFor(graph: Graph, seed: number) {
  const g = generator(randomStream(seed))
  return new Map(
    graph.inputs.map((name) => {
      const type = graph.types.get(name)!
      if (type.kind !== 'tensor') throw new Error(`${name} is no tensor`)
      return [name, g.tensor(type.dtype, (type.shape ?? []).map(Number))] as const
    }),
  )
}

describe('a graph is lowered', () => {
  for (const [seed, { name, to, inputs, before, after = before }] of cases.entries()) {
    it(`${name} (to ${to})`, () => {
      const graph = graphOf(inputs, before)
      const lowered = lower(graph, to)
      assertGraph(lowered)
      expect(linesOf(lowered)).toEqual(linesOf(graphOf(inputs, after)))
      if (after === before) expect(lowered).toBe(graph)
      const values = valuesFor(graph, seed)
      const again = interpret(upgradeGraph(lowered, opsetsOf(to)), values)
      const why = difference(again.get('y')!, interpret(graph, values).get('y')!)
      expect(why && `seed ${seed}: ${why}`).toBeUndefined()
    })
  }

  it('each lowering has a case', () => {
    const texts = cases.map(({ before }) => before)
    const missing = lowerings.filter(({ op }) => !texts.some((text) => text.includes(`${op}(`)))
    expect(missing.map(({ op }) => op)).toEqual([])
  })
})

interface Refused extends Omit<Case, 'after' | 'name'> {
  readonly message: string
}

const refused: readonly Refused[] = [
  {
    to: 17,
    inputs: 'x: float32[2], a: int64[1]',
    before: 'y = ReduceProd(x, a)',
    message: 'Cannot write ReduceProd at version 17 of ai.onnx: the input axes must be known',
  },
  {
    to: 17,
    inputs: 'x: float32[2]',
    before: 'y = ReduceProd(x) {noop_with_empty_axes: 1}',
    message: 'a reduction along no axis (noop_with_empty_axes) did not exist',
  },
  {
    to: 18,
    inputs: 'x: float32[2]',
    before: 'const p = int64[2](1, 1) y = Pad(x, p) {mode: "wrap"}',
    message: 'the attribute mode "wrap" came with version 19',
  },
  {
    to: 16,
    inputs: 'x: float32[2], i: int64[1], u: float32[1]',
    before: 'y = ScatterElements(x, i, u) {reduction: "max"}',
    message: 'the attribute reduction "max" came with version 18',
  },
  {
    to: 18,
    inputs: 'x: float32[1,1,2,2]',
    before:
      'const s = float32[4](1, 1, 2, 2) y = Resize(x, _, s) {coordinate_transformation_mode: "half_pixel_symmetric"}',
    message: 'the attribute coordinate_transformation_mode "half_pixel_symmetric" came with version 19',
  },
  {
    to: 17,
    inputs: 'x: float32[1,1,2,2], r: float32[2]',
    before:
      'const s = float32[1](2) y = Resize(x, r, s) {axes: [2], coordinate_transformation_mode: "tf_crop_and_resize"}',
    message: 'a region of interest (roi) of some axes came with version 18',
  },
  {
    to: 17,
    inputs: 'x: float32[1,1,2,2]',
    before: 'const s = float32[4](1, 1, 2, 2) y = Resize(x, _, s) {antialias: 1}',
    message: 'version 13 has no int attribute "antialias"',
  },
  {
    to: 19,
    inputs: 'x: float32[1,1,2,2,2], g: float32[1,2,2,2,3]',
    before: 'y = GridSample(x, g)',
    message: 'X must have rank 4, got 5',
  },
  {
    to: 15,
    inputs: 'x: float32[1,1,4,4], r: float32[1,4], i: int64[1]',
    before: 'y = RoiAlign(x, r, i)',
    message: 'the coordinates "half_pixel" came with version 16',
  },
  {
    to: 13,
    inputs: 'x: float32[2], s: int64[1]',
    before: 'y = Reshape(x, s) {allowzero: 1}',
    message: 'a shape that allows sizes of 0 must be known',
  },
  {
    to: 13,
    inputs: 'x: float32[2,1], s: float32[1]',
    before: 'y, m, v = BatchNormalization(x, s, s, s, s) {training_mode: 1}',
    message: 'training (training_mode 1) was another computation',
  },
  {
    to: 14,
    inputs: 'x: float16[2,1], s: float32[1]',
    before: 'y = BatchNormalization(x, s, s, s, s)',
    message: 'in version 14, scale must have the type of X, float16[2,1], got float32[1]',
  },
  {
    to: 21,
    inputs: 'x: int8[2], s: float32[]',
    before: 'y = DequantizeLinear(x, s) {output_dtype: 10}',
    message: 'a result of another type than the scale came with version 23',
  },
  {
    to: 21,
    inputs: 'x: float32[1,1,5]',
    before: 'y = MaxPool(x) {ceil_mode: 1, kernel_shape: [1], strides: [3], pads: [0, 2]}',
    message: 'under ceil_mode, a window that starts behind the last element',
  },
  {
    to: 27,
    inputs: 'x: int8[2], d: int8[2]',
    before: 'y = BitShift(x, d) {direction: "LEFT"}',
    message: 'int8 came with version 28',
  },
  {
    to: 27,
    inputs: 'x: float32[2]',
    before: 'y = Mod(x, x)',
    message: 'fmod 0 was for integers only, got float32',
  },
  {
    to: 21,
    inputs: 'x: float16[]',
    before: 'y = Range(x, x, x)',
    message: 'in version 11, start must be one of float32, float64, int32, int64, int16, got float16[]',
  },
  {
    to: 25,
    inputs: 'x: int32[2]',
    before: 'const a = int64[](0) y = CumProd(x, a)',
    message: 'it came with version 26',
  },
  {
    to: 13,
    inputs: 'x: float8e4m3fn[2], l: float32[1]',
    before: 'y = CastLike(x, l)',
    message:
      'it came with version 15, and its expansion holds Cast at version 13 of ai.onnx: in version 13, input',
  },
  {
    to: 12,
    inputs: 'x: float32[2]',
    before: 'y = Tanh(x)',
    message: 'version 13 changed it, and only later changes can be undone',
  },
]

describe('what older versions cannot say is refused', () => {
  for (const { to, inputs, before, message } of refused) {
    it(`${before} (to ${to})`, () => {
      const refusal: SlipwayError = refusalOf(() => lower(graphOf(inputs, before), to), 'SLP-F7')
      expect(refusal.message).toContain(message)
      expect(refusal.details.path).toBe('graph.node[0]')
      expect(refusal.details.remedy).toMatch(/^Write version \d+ or newer\.$/)
    })
  }

  it('in any form but its own, where no change is allowed', () => {
    const graph = graphOf('x: float32[2]', 'y = Gelu(x)')
    const keep = (to: number) => lowerGraph(graph, { opsets: opsetsOf(to), changes: 'none' })
    expect(keep(20)).toBe(graph)
    expect(refusalOf(() => keep(19), 'SLP-F7').message).toContain('it came with version 20')
    const cast = graphOf('x: float32[2]', 'y = Cast(x) {to: 7, saturate: 1}')
    const lowered = () => lowerGraph(cast, { opsets: opsetsOf(18), changes: 'none' })
    expect(refusalOf(lowered, 'SLP-F7').message).toContain('it would have another form')
  })
})
