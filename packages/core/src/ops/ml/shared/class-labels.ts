/** Labels of the ai.onnx.ml classifiers, integers or texts: exactly one of the two attributes must be given. */
import type { WideTensor } from '../../../base/wide.ts'
import { wide } from '../../../base/wide.ts'
import { refuse } from '../../refuse.ts'

export interface ClassLabels {
  readonly dtype: 'int64' | 'string'
  readonly count: number
  /** A vector of the labels at these indices. */
  pick(indices: readonly number[]): WideTensor
}

/** 0 or 1 in the type of the labels: what a classifier with one label answers, as in onnxruntime. */
export function zeroOrOne({ dtype }: ClassLabels, indices: readonly number[]): WideTensor {
  const data = dtype === 'string' ? indices.map(String) : BigInt64Array.from(indices, BigInt)
  return wide(dtype, [indices.length], data)
}

/** Throws SLP-O2 where both lists are given, or none. */
export function classLabels(ints: readonly bigint[] = [], strings: readonly string[] = []): ClassLabels {
  if (ints.length > 0 === strings.length > 0) {
    return refuse(
      'either integer or string labels must be given',
      `${ints.length} integers and ${strings.length} strings`,
    )
  }
  if (strings.length > 0) {
    return {
      dtype: 'string',
      count: strings.length,
      pick: (indices) =>
        wide(
          'string',
          [indices.length],
          indices.map((i) => strings[i]!),
        ),
    }
  }
  return {
    dtype: 'int64',
    count: ints.length,
    pick: (indices) =>
      wide(
        'int64',
        [indices.length],
        BigInt64Array.from(indices, (i) => ints[i]!),
      ),
  }
}

/** Index of the greatest score, the first among equals. */
export function topClass(scores: readonly number[]): number {
  return scores.reduce((best, score, i) => (score > scores[best]! ? i : best), 0)
}

/** Rows of equal length as a float32 matrix of `columns`. */
export function scoreMatrix(rows: readonly (readonly number[])[], columns: number): WideTensor {
  return wide('float32', [rows.length, columns], Float64Array.from(rows.flat()))
}
