/** Which samples train and which test. */
import { refuseParam } from '../estimator.ts'
import { isTensor, matrix, rowOf, type Samples, toMatrix, toTensor } from '../matrix.ts'
import { randomStream, shuffled, upTo } from '../random.ts'
import { encodeLabels, type Label, type Targets, toList } from '../targets.ts'

/** Indices of samples. */
export interface Fold {
  readonly train: readonly number[]
  readonly test: readonly number[]
}

export interface Folding {
  readonly nSplits: number
  /** Fold by fold; labels are needed by those that stratify. */
  split(samples: number, y?: Targets): Fold[]
}

export interface FoldOptions {
  readonly nSplits?: number
  /** Samples in random order instead of their own. */
  readonly shuffle?: boolean
  readonly randomState?: number
}

/** Runs of samples, the first ones one longer where they do not come out even. */
export function kFold({ nSplits = 5, shuffle = false, randomState = 0 }: FoldOptions = {}): Folding {
  checkSplits('kFold', nSplits)
  return {
    nSplits,
    split: (samples) => {
      if (samples < nSplits)
        refuseParam('kFold', 'nSplits', `at most ${samples}, the number of samples`, nSplits)
      const order = shuffle ? shuffled(upTo(samples), randomStream(randomState)) : upTo(samples)
      const folds = new Int32Array(samples)
      order.forEach((sample, place) => {
        folds[sample] = foldOfPlace(place, samples, nSplits)
      })
      return foldsOf(folds, nSplits)
    },
  }
}

function foldOfPlace(place: number, samples: number, nSplits: number): number {
  const [size, longer] = [Math.floor(samples / nSplits), samples % nSplits]
  const inLonger = longer * (size + 1)
  return place < inLonger ? Math.floor(place / (size + 1)) : longer + Math.floor((place - inLonger) / size)
}

/**
 * Folds with the classes in the same shares, as scikit-learn allots them: each class is dealt out over the folds in
 * the order of its samples.
 *
 * @example
 * stratifiedKFold({ nSplits: 2 }).split(4, ['a', 'a', 'b', 'b'])[0].test // [0, 2]
 */
export function stratifiedKFold({
  nSplits = 5,
  shuffle = false,
  randomState = 0,
}: FoldOptions = {}): Folding {
  checkSplits('stratifiedKFold', nSplits)
  return {
    nSplits,
    split: (samples, y) => {
      const codes = codesByAppearance(y, samples)
      const counts = countsOf(codes)
      if (Math.max(...counts) < nSplits) {
        refuseParam(
          'stratifiedKFold',
          'nSplits',
          `at most ${Math.max(...counts)}, the size of the largest class`,
          nSplits,
        )
      }
      const random = randomStream(randomState)
      // Every n-th of the labels in order: how many of each class a fold gets.
      const inOrder = codes.slice().sort()
      const places = counts.map((_, k) => {
        const own = upTo(nSplits).flatMap((fold) =>
          Array.from(inOrder)
            .filter((code, i) => code === k && i % nSplits === fold)
            .map(() => fold),
        )
        return shuffle ? shuffled(own, random) : own
      })
      const next = counts.map(() => 0)
      const folds = Int32Array.from(codes, (code) => places[code]![next[code]!++]!)
      return foldsOf(folds, nSplits)
    },
  }
}

/** Classes numbered in the order in which they first appear. */
function codesByAppearance(y: Targets | undefined, samples: number): Int32Array {
  const { codes } = encodeLabels(y, samples)
  const seen = [...new Set(codes)]
  return codes.map((code) => seen.indexOf(code))
}

function countsOf(codes: Int32Array): number[] {
  const counts: number[] = []
  for (const code of codes) counts[code] = (counts[code] ?? 0) + 1
  return counts
}

const foldsOf = (folds: Int32Array, nSplits: number): Fold[] =>
  upTo(nSplits).map((fold) => ({
    train: upTo(folds.length).filter((i) => folds[i] !== fold),
    test: upTo(folds.length).filter((i) => folds[i] === fold),
  }))

function checkSplits(kind: string, nSplits: number): void {
  if (!Number.isInteger(nSplits) || nSplits < 2)
    refuseParam(kind, 'nSplits', 'an integer of 2 or more', nSplits)
}

export interface TrainTestOptions {
  /** The share of samples to test with, or their number. */
  readonly testSize?: number
  readonly shuffle?: boolean
  /** Keep the shares of the labels. */
  readonly stratify?: boolean
  readonly randomState?: number
}

export interface TrainTest {
  readonly XTrain: Samples
  readonly XTest: Samples
  readonly yTrain: Label[]
  readonly yTest: Label[]
}

/**
 * Samples divided once.
 *
 * @example
 * trainTestSplit([[1], [2], [3], [4]], [1, 2, 3, 4], { testSize: 1, shuffle: false }).yTest // [4]
 */
export function trainTestSplit(X: Samples, y: Targets, options: TrainTestOptions = {}): TrainTest {
  const { testSize = 0.25, shuffle = true, stratify = false, randomState = 0 } = options
  const samples = isTensor(X) ? (X.shape[0] ?? 0) : X.length
  const count = testSize < 1 ? Math.ceil(samples * testSize) : testSize
  if (!Number.isInteger(count) || count < 1 || count >= samples) {
    refuseParam('trainTestSplit', 'testSize', `a share below 1, or a number below ${samples}`, testSize)
  }
  const random = randomStream(randomState)
  const order = shuffle ? shuffled(upTo(samples), random) : upTo(samples)
  const test = stratify
    ? stratifiedTest(order, encodeLabels(y, samples).codes, count)
    : order.slice(samples - count)
  const isTest = new Set(test)
  const train = order.filter((i) => !isTest.has(i))
  return {
    XTrain: takeSamples(X, train),
    XTest: takeSamples(X, test),
    yTrain: takeTargets(y, train, samples),
    yTest: takeTargets(y, test, samples),
  }
}

/** Of each class its share, rounded by largest remainders; the first in order of each. */
function stratifiedTest(order: readonly number[], codes: Int32Array, count: number): number[] {
  const counts = countsOf(codes)
  const shares = counts.map((size) => (size * count) / codes.length)
  const quotas = shares.map(Math.floor)
  const byRemainder = upTo(counts.length).sort((a, b) => shares[b]! - quotas[b]! - (shares[a]! - quotas[a]!))
  const missing = count - quotas.reduce((sum, quota) => sum + quota, 0)
  for (const k of byRemainder.slice(0, missing)) quotas[k]! += 1
  return order.filter((i) => {
    quotas[codes[i]!]! -= 1
    return quotas[codes[i]!]! >= 0
  })
}

/** Some of the samples. */
export function takeSamples(X: Samples, indices: readonly number[]): Samples {
  if (!isTensor(X)) return indices.map((i) => X[i]!)
  const all = toMatrix(X)
  const taken = matrix(indices.length, all.columns)
  indices.forEach((i, to) => {
    taken.data.set(rowOf(all, i), to * all.columns)
  })
  return toTensor(taken)
}

/** The targets of some of the samples. */
export function takeTargets(y: Targets, indices: readonly number[], samples: number): Label[] {
  const all = toList(y, samples)
  return indices.map((i) => all[i]!)
}
