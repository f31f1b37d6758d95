import { expect, it } from 'vitest'
import { operatorText } from '../../../ir/graph.ts'
import { operators } from '../../../ops/registry.ts'
import { upgrades } from './registry.gen.ts'

const adapter = 'adapter'
const compatible = 'compatible'

/**
 * What every version of every operator after its first one asks of the nodes before it: an adapter, or nothing,
 * because they mean the same still.
 */
const steps: Readonly<Record<string, Readonly<Record<number, 'adapter' | 'compatible'>>>> = {
  Abs: { 6: adapter, 13: compatible },
  Acos: { 22: compatible },
  Acosh: { 22: compatible },
  Add: { 6: adapter, 7: adapter, 13: compatible, 14: compatible },
  And: { 7: adapter },
  ArgMax: { 11: compatible, 12: compatible, 13: compatible },
  ArgMin: { 11: compatible, 12: compatible, 13: compatible },
  Asin: { 22: compatible },
  Asinh: { 22: compatible },
  Atan: { 22: compatible },
  Atanh: { 22: compatible },
  // The errata of 23 and 24 hold for models of any age.
  Attention: { 24: compatible, 25: compatible },
  // 22 says that windows wholly in the padding do not exist; they had no elements to average.
  AveragePool: { 7: compatible, 10: compatible, 11: compatible, 19: compatible, 22: compatible },
  BatchNormalization: { 6: adapter, 7: adapter, 9: adapter, 14: adapter, 15: compatible },
  Bernoulli: { 22: compatible },
  BitShift: { 28: compatible },
  // 24 repairs the table of infinities for the two FNUZ types.
  Cast: {
    6: adapter,
    9: compatible,
    13: compatible,
    19: compatible,
    21: compatible,
    23: compatible,
    24: compatible,
    25: compatible,
    28: compatible,
  },
  CastLike: { 19: compatible, 21: compatible, 23: compatible, 24: compatible, 25: compatible },
  Ceil: { 6: adapter, 13: compatible },
  Celu: { 28: compatible },
  Clip: { 6: adapter, 11: adapter, 12: compatible, 13: compatible },
  Compress: { 11: compatible, 28: compatible },
  Concat: { 4: adapter, 11: compatible, 13: compatible },
  Constant: {
    9: compatible,
    11: compatible,
    12: compatible,
    13: compatible,
    19: compatible,
    21: compatible,
    23: compatible,
    24: compatible,
    25: compatible,
  },
  ConstantOfShape: { 20: compatible, 21: compatible, 23: compatible, 24: compatible, 25: compatible },
  Conv: { 11: compatible, 22: compatible },
  // 11 repairs the formula of odd pads, which contradicted the attribute's own description.
  ConvTranspose: { 11: compatible, 22: compatible },
  Cos: { 22: compatible },
  Cosh: { 22: compatible },
  CumSum: { 14: compatible },
  DFT: { 20: adapter },
  DeformConv: { 22: compatible },
  DepthToSpace: { 11: compatible, 13: compatible, 28: compatible },
  DequantizeLinear: {
    13: compatible,
    19: compatible,
    21: compatible,
    23: compatible,
    24: compatible,
    25: compatible,
    28: compatible,
  },
  Det: { 22: compatible },
  Div: { 6: adapter, 7: adapter, 13: compatible, 14: compatible },
  Dropout: { 6: adapter, 7: adapter, 10: adapter, 12: adapter, 13: compatible, 22: compatible },
  Einsum: { 28: compatible },
  Elu: { 6: adapter, 22: compatible },
  Equal: { 7: adapter, 11: compatible, 13: compatible, 19: compatible },
  Erf: { 13: compatible },
  Exp: { 6: adapter, 13: compatible },
  Expand: { 13: compatible },
  EyeLike: { 22: compatible },
  Flatten: {
    9: compatible,
    11: compatible,
    13: compatible,
    21: compatible,
    23: compatible,
    24: compatible,
    25: compatible,
  },
  Floor: { 6: adapter, 13: compatible },
  GRU: { 3: compatible, 7: adapter, 14: compatible, 22: compatible },
  Gather: { 11: compatible, 13: compatible },
  GatherElements: { 13: compatible },
  GatherND: { 12: compatible, 13: compatible },
  Gemm: { 6: compatible, 7: adapter, 9: compatible, 11: compatible, 13: compatible },
  GlobalAveragePool: { 22: compatible },
  GlobalLpPool: { 2: adapter, 22: compatible },
  GlobalMaxPool: { 22: compatible },
  Greater: { 7: adapter, 9: compatible, 13: compatible },
  GreaterOrEqual: { 16: compatible },
  GridSample: { 20: adapter, 22: compatible },
  GroupNormalization: { 21: adapter },
  HardSigmoid: { 6: adapter, 22: compatible },
  HardSwish: { 22: compatible },
  Hardmax: { 11: compatible, 13: adapter },
  Identity: {
    13: compatible,
    14: compatible,
    16: compatible,
    19: compatible,
    21: compatible,
    23: compatible,
    24: compatible,
    25: compatible,
  },
  If: {
    11: compatible,
    13: compatible,
    16: compatible,
    19: compatible,
    21: compatible,
    23: compatible,
    24: compatible,
    25: compatible,
  },
  InstanceNormalization: { 6: adapter, 22: compatible },
  IsInf: { 20: compatible },
  IsNaN: { 13: compatible, 20: compatible },
  LRN: { 13: compatible },
  LSTM: { 7: adapter, 14: compatible, 22: compatible },
  LeakyRelu: { 6: adapter, 16: compatible },
  Less: { 7: adapter, 9: compatible, 13: compatible },
  LessOrEqual: { 16: compatible },
  Log: { 6: adapter, 13: compatible },
  LogSoftmax: { 11: compatible, 13: adapter },
  Loop: {
    11: compatible,
    13: compatible,
    16: compatible,
    19: compatible,
    21: compatible,
    23: compatible,
    24: compatible,
    25: compatible,
  },
  LpNormalization: { 22: compatible },
  LpPool: { 2: adapter, 11: compatible, 18: compatible, 22: compatible },
  MatMul: { 9: compatible, 13: compatible },
  Max: { 6: adapter, 8: compatible, 12: compatible, 13: compatible },
  MaxPool: { 8: compatible, 10: compatible, 11: compatible, 12: compatible, 22: compatible },
  MaxRoiPool: { 22: compatible },
  MaxUnpool: { 11: compatible, 22: compatible },
  Mean: { 6: adapter, 8: compatible, 13: compatible },
  MeanVarianceNormalization: { 13: compatible },
  Min: { 6: adapter, 8: compatible, 12: compatible, 13: compatible },
  Mish: { 22: compatible },
  Mod: { 13: compatible, 28: compatible },
  Mul: { 6: adapter, 7: adapter, 13: compatible, 14: compatible },
  Multinomial: { 22: compatible },
  Neg: { 6: adapter, 13: compatible },
  NegativeLogLikelihoodLoss: { 13: compatible, 22: compatible },
  NonMaxSuppression: { 11: compatible },
  NonZero: { 13: compatible },
  // 11 gives negative indices a meaning; they were not allowed before.
  OneHot: { 11: compatible, 28: compatible },
  Optional: { 28: compatible },
  OptionalGetElement: { 18: compatible, 28: compatible },
  OptionalHasElement: { 18: compatible, 28: compatible },
  Or: { 7: adapter },
  PRelu: { 6: adapter, 7: adapter, 9: compatible, 16: compatible },
  Pad: {
    2: adapter,
    11: adapter,
    13: compatible,
    18: compatible,
    19: compatible,
    21: compatible,
    23: compatible,
    24: compatible,
    25: compatible,
  },
  Pow: { 7: adapter, 12: compatible, 13: compatible, 15: compatible },
  QLinearMatMul: { 21: compatible },
  QuantizeLinear: {
    13: compatible,
    19: compatible,
    21: compatible,
    23: compatible,
    24: compatible,
    25: compatible,
    28: compatible,
  },
  RNN: { 7: adapter, 14: compatible, 22: compatible },
  RandomNormal: { 22: compatible },
  RandomNormalLike: { 22: compatible },
  RandomUniform: { 22: compatible },
  RandomUniformLike: { 22: compatible },
  Range: { 27: compatible },
  Reciprocal: { 6: adapter, 13: compatible },
  ReduceL1: { 11: compatible, 13: compatible, 18: adapter },
  ReduceL2: { 11: compatible, 13: compatible, 18: adapter },
  // 28 revises the function body, not the values.
  ReduceLogSum: { 11: compatible, 13: compatible, 18: adapter, 28: compatible },
  ReduceLogSumExp: { 11: compatible, 13: compatible, 18: adapter, 28: compatible },
  ReduceMax: { 11: compatible, 12: compatible, 13: compatible, 18: adapter, 20: compatible },
  ReduceMean: { 11: compatible, 13: compatible, 18: adapter },
  ReduceMin: { 11: compatible, 12: compatible, 13: compatible, 18: adapter, 20: compatible },
  ReduceProd: { 11: compatible, 13: compatible, 18: adapter },
  ReduceSum: { 11: compatible, 13: adapter },
  ReduceSumSquare: { 11: compatible, 13: compatible, 18: adapter },
  Relu: { 6: adapter, 13: compatible, 14: compatible },
  Reshape: {
    5: adapter,
    13: compatible,
    14: compatible,
    19: compatible,
    21: compatible,
    23: compatible,
    24: compatible,
    25: compatible,
  },
  Resize: { 11: adapter, 13: adapter, 18: compatible, 19: compatible },
  ReverseSequence: { 28: compatible },
  RoiAlign: { 16: adapter, 22: compatible },
  Round: { 22: compatible },
  Scan: {
    9: adapter,
    11: compatible,
    16: compatible,
    19: compatible,
    21: compatible,
    23: compatible,
    24: compatible,
    25: compatible,
  },
  Scatter: { 11: adapter },
  ScatterElements: { 13: compatible, 16: compatible, 18: compatible },
  ScatterND: { 13: compatible, 16: compatible, 18: compatible },
  Selu: { 6: adapter, 22: compatible },
  Shape: {
    13: compatible,
    15: compatible,
    19: compatible,
    21: compatible,
    23: compatible,
    24: compatible,
    25: compatible,
  },
  Sigmoid: { 6: adapter, 13: compatible },
  Sign: { 13: compatible },
  Sin: { 22: compatible },
  Sinh: { 22: compatible },
  Size: { 13: compatible, 19: compatible, 21: compatible, 23: compatible, 24: compatible, 25: compatible },
  Slice: { 10: adapter, 11: compatible, 13: compatible },
  Softmax: { 11: compatible, 13: adapter },
  SoftmaxCrossEntropyLoss: { 13: compatible },
  Softplus: { 22: compatible },
  Softsign: { 22: compatible },
  SpaceToDepth: { 13: compatible, 28: compatible },
  Split: { 2: adapter, 11: compatible, 13: adapter, 18: adapter },
  SplitToSequence: { 24: compatible },
  Sqrt: { 6: adapter, 13: compatible },
  Squeeze: { 11: compatible, 13: adapter, 21: compatible, 23: compatible, 24: compatible, 25: compatible },
  Sub: { 6: adapter, 7: adapter, 13: compatible, 14: compatible },
  Sum: { 6: adapter, 8: compatible, 13: compatible },
  Tan: { 22: compatible },
  Tanh: { 6: adapter, 13: compatible },
  ThresholdedRelu: { 22: compatible },
  Tile: { 6: adapter, 13: compatible },
  TopK: { 10: adapter, 11: compatible, 24: compatible },
  Transpose: { 13: compatible, 21: compatible, 23: compatible, 24: compatible, 25: compatible },
  Unique: { 28: compatible },
  Unsqueeze: { 11: compatible, 13: adapter, 21: compatible, 23: compatible, 24: compatible, 25: compatible },
  Upsample: { 7: adapter, 9: adapter, 10: adapter },
  Where: { 16: compatible },
  Xor: { 7: adapter },
  'ai.onnx.ml.LabelEncoder': { 2: adapter, 4: compatible },
  // 5 deprecates the operator; Slipway keeps its kernel.
  'ai.onnx.ml.TreeEnsembleClassifier': { 3: compatible, 5: compatible },
  'ai.onnx.ml.TreeEnsembleRegressor': { 3: compatible, 5: compatible },
}

const operatorName = ({ domain, name }: (typeof operators)[number]) => operatorText({ domain, op: name })
const stepText = (op: string, version: number) => `${op} ${version}`

it('every version of every operator is an adapter or compatible', () => {
  const missing = operators.flatMap((op) =>
    op.since
      .slice(1)
      .filter((version) => steps[operatorName(op)]?.[version] === undefined)
      .map((version) => stepText(op.name, version)),
  )
  expect(missing).toEqual([])
})

it('every row is an operator with several versions', () => {
  const known = new Set(operators.filter(({ since }) => since.length > 1).map(operatorName))
  expect(Object.keys(steps).filter((op) => !known.has(op))).toEqual([])
})

it('no row names a version that its operator does not have', () => {
  const wrong = operators.flatMap((op) =>
    Object.keys(steps[operatorName(op)] ?? {})
      .filter((version) => !op.since.includes(Number(version)))
      .map((version) => stepText(op.name, Number(version))),
  )
  expect(wrong).toEqual([])
})

it('adapters and rows belong together', () => {
  const rows = Object.entries(steps).flatMap(([op, row]) =>
    Object.entries(row)
      .filter(([, kind]) => kind === adapter)
      .map(([version]) => stepText(op, Number(version))),
  )
  const found = upgrades.map((upgrade) => stepText(operatorText(upgrade), upgrade.before))
  expect(found.toSorted()).toEqual(rows.toSorted())
})
