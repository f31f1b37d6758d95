import { attr } from '../attr.ts'
import { defineOp, none } from '../define.ts'
import { tensorFact } from '../fact.ts'
import { one } from '../param.ts'
import { refuse } from '../refuse.ts'
import { sigmoid } from '../shared/math/sigmoid.ts'
import { indexInts } from '../types.ts'
import { type ClassLabels, classLabels, scoreMatrix, topClass } from './shared/class-labels.ts'
import { coupleProbabilities } from './shared/pairwise-probability.ts'
import {
  type PostTransform,
  postTransforms,
  transformPair,
  transformScores,
  transformSingle,
} from './shared/post-transform.ts'
import { checkFeatures, dotRow, rowCount, rowsOf } from './shared/rows.ts'
import { type KernelFunction, kernelFunction, kernelValue, svmKernels } from './shared/svm-kernel.ts'

/**
 * One vote per pair of classes, by the sign of a sum over their support vectors; the label has the most
 * votes. Scores are the sums of the pairs or, with prob_a and prob_b, probabilities of the classes. Without
 * support vectors one linear score per class.
 */
export const svmClassifier = defineOp({
  name: 'SVMClassifier',
  domain: 'ai.onnx.ml',
  since: [1],
  types: { T1: [...indexInts, 'float32', 'float64'], T2: ['string', 'int64'] },
  inputs: { X: one('T1') },
  outputs: { Y: one('T2'), Z: one('float32') },
  attrs: {
    classlabels_ints: attr.optional.int64s(),
    classlabels_strings: attr.optional.strings(),
    rho: attr.required.floats(),
    prob_a: attr.floats([]),
    prob_b: attr.floats([]),
    coefficients: attr.required.floats(),
    support_vectors: attr.floats([]),
    vectors_per_class: attr.ints([]),
    post_transform: attr.oneOf(postTransforms, 'NONE'),
    kernel_params: attr.optional.floats(),
    kernel_type: attr.oneOf(svmKernels, 'LINEAR'),
  },
  infer: ({ X }, attrs, { freshDim }) => {
    const labels = classLabels(attrs.classlabels_ints, attrs.classlabels_strings)
    const machine = machineOf(attrs, labels)
    checkFeatures(X, machine.features)
    const rows = rowCount(X, freshDim)
    return { Y: tensorFact(labels.dtype, [rows]), Z: tensorFact('float32', [rows, machine.columns]) }
  },
  reference: ({ X }, attrs) => {
    const labels = classLabels(attrs.classlabels_ints, attrs.classlabels_strings)
    const machine = machineOf(attrs, labels)
    const results = rowsOf(X).map((row) =>
      machine.vectors === 0
        ? decideLinear(row, machine, labels.count, attrs.post_transform)
        : decideByVotes(row, machine, labels.count, attrs.post_transform),
    )
    return {
      Y: labels.pick(results.map(({ label }) => label)),
      Z: scoreMatrix(
        results.map(({ scores }) => scores),
        machine.columns,
      ),
    }
  },
  gradient: none('classic models are not trained by gradients'),
  lower: { kind: 'host' },
})

interface SvmAttrs {
  readonly rho: readonly number[]
  readonly prob_a: readonly number[]
  readonly prob_b: readonly number[]
  readonly coefficients: readonly number[]
  readonly support_vectors: readonly number[]
  readonly vectors_per_class: readonly number[]
  readonly kernel_params: readonly number[] | undefined
  readonly kernel_type: KernelFunction['kind']
}

interface Machine extends SvmAttrs {
  readonly kernel: KernelFunction
  /** Support vectors of all classes; 0 for a linear machine. */
  readonly vectors: number
  readonly features: number
  /** Scores per row of the output. */
  readonly columns: number
}

interface Decision {
  readonly label: number
  readonly scores: readonly number[]
}

function machineOf(attrs: SvmAttrs, { count }: ClassLabels): Machine {
  const { rho, prob_a, prob_b, coefficients, support_vectors, vectors_per_class } = attrs
  const kernel = kernelFunction(attrs.kernel_type, attrs.kernel_params)
  const vectors = vectors_per_class.reduce((sum, size) => sum + size, 0)
  if (vectors === 0) {
    if (rho.length < 1) refuse('there must be a rho', rho.length)
    if (coefficients.length % count !== 0)
      refuse(`the number of coefficients must be a multiple of ${count}`, coefficients.length)
    return { ...attrs, kernel, vectors, features: coefficients.length / count, columns: count }
  }
  const pairs = (count * (count - 1)) / 2
  const atLeast = (name: string, length: number, least: number) => {
    if (length < least) refuse(`${name} must have at least ${least} elements`, length)
  }
  if (count < 2) refuse('support vectors need at least 2 labels', count)
  if (vectors_per_class.length !== count || vectors_per_class.some((size) => size < 0))
    refuse(`vectors_per_class must hold ${count} sizes`, vectors_per_class)
  if (support_vectors.length % vectors !== 0)
    refuse(`the number of support_vectors elements must be a multiple of ${vectors}`, support_vectors.length)
  atLeast('coefficients', coefficients.length, (count - 1) * vectors)
  atLeast('rho', rho.length, pairs)
  if (prob_a.length !== prob_b.length) refuse('prob_a and prob_b must be of one length', prob_b.length)
  if (prob_a.length > 0) atLeast('prob_a', prob_a.length, pairs)
  const columns = prob_a.length > 0 || count === 2 ? count : pairs
  return { ...attrs, kernel, vectors, features: support_vectors.length / vectors, columns }
}

/** One score per class. Two classes are decided as onnxruntime does: a high best score means the second. */
function decideLinear(
  row: Float64Array,
  machine: Machine,
  count: number,
  transform: PostTransform,
): Decision {
  const { coefficients, features, rho } = machine
  const scores = Array.from({ length: count }, (_, k) => dotRow(row, coefficients, k * features) + rho[0]!)
  const top = topClass(scores)
  const best = scores[top]!
  const isSecond = coefficients.every((weight) => weight >= 0) ? best >= 0.5 : best > 0
  return {
    label: count === 2 && isSecond ? 1 : top,
    scores: count === 1 ? [transformSingle(best, transform)] : transformScores(scores, transform),
  }
}

function decideByVotes(
  row: Float64Array,
  machine: Machine,
  count: number,
  transform: PostTransform,
): Decision {
  const sums = pairSums(row, machine, count)
  const votes = new Array<number>(count).fill(0)
  forEachPair(count, (i, j, pair) => {
    votes[sums[pair]! > 0 ? i : j]! += 1
  })
  const label = topClass(votes)
  if (machine.prob_a.length > 0) {
    return { label, scores: transformScores(probabilities(sums, machine, count), transform) }
  }
  if (count > 2) return { label, scores: transformScores(sums, transform) }
  return { label, scores: transformPair(sums[0]!, transform !== 'NONE', transform) }
}

function forEachPair(count: number, visit: (i: number, j: number, pair: number) => void): void {
  let pair = 0
  for (let i = 0; i < count; i++) for (let j = i + 1; j < count; j++) visit(i, j, pair++)
}

/**
 * The decision value of each pair i < j: row j-1 of the coefficients over the vectors of class i, plus row i over
 * those of class j, plus rho.
 */
function pairSums(row: Float64Array, machine: Machine, count: number): number[] {
  const { kernel, vectors, features, coefficients, support_vectors, vectors_per_class, rho } = machine
  const values = Array.from({ length: vectors }, (_, v) =>
    kernelValue(kernel, row, support_vectors, v * features),
  )
  const starts = vectors_per_class.map((_, k) => vectors_per_class.slice(0, k).reduce((sum, n) => sum + n, 0))
  const sumOver = (owner: number, line: number): number => {
    let sum = 0
    for (let v = starts[owner]!; v < starts[owner]! + vectors_per_class[owner]!; v++) {
      sum += coefficients[line * vectors + v]! * values[v]!
    }
    return sum
  }
  const sums: number[] = []
  forEachPair(count, (i, j, pair) => sums.push(sumOver(i, j - 1) + sumOver(j, i) + rho[pair]!))
  return sums
}

/** Platt's sigmoid per pair, kept off 0 and 1, coupled to one probability per class. */
function probabilities(sums: readonly number[], { prob_a, prob_b }: Machine, count: number): number[] {
  const r = Array.from({ length: count }, () => new Array<number>(count).fill(0))
  forEachPair(count, (i, j, pair) => {
    const raw = 1 - sigmoid(sums[pair]! * prob_a[pair]! + prob_b[pair]!)
    const probability = Math.min(Math.max(raw, 1e-7), 1 - 1e-7)
    r[i]![j] = probability
    r[j]![i] = 1 - probability
  })
  return coupleProbabilities(r)
}
