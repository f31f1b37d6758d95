/** Means and variances of groups of elements, and the standardisation by them. */
import { elementCount, type Shape, stridesOf } from '../../base/shape.ts'

/** Which group each element belongs to. */
export interface Grouping {
  readonly groups: number
  readonly groupOf: (index: number) => number
}

export interface Moments {
  readonly mean: Float64Array
  /** Population variance: the mean of squared deviations. */
  readonly variance: Float64Array
}

/** Groups of `block` neighbours. */
export function blocks(count: number, block: number): Grouping {
  return { groups: block === 0 ? 0 : count / block, groupOf: (index) => Math.floor(index / block) }
}

/** One group per channel, axis 1; a tensor of rank 1 is one channel. */
export function byChannel(shape: Shape): Grouping {
  const [channels, inner] = [shape[1] ?? 1, elementCount(shape.slice(2))]
  return { groups: channels, groupOf: (index) => Math.floor(index / inner) % channels }
}

/** One group per index of the axes that are not in `axes` (all within the rank). */
export function acrossAxes(shape: Shape, axes: readonly number[]): Grouping {
  const kept = shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis))
  const strides = stridesOf(shape)
  const keptShape = kept.map((axis) => shape[axis]!)
  const keptStrides = stridesOf(keptShape)
  return {
    groups: elementCount(keptShape),
    groupOf: (index) =>
      kept.reduce(
        (group, axis, i) => group + (Math.floor(index / strides[axis]!) % shape[axis]!) * keptStrides[i]!,
        0,
      ),
  }
}

/** The mean of f(element, group) over each group. */
export function groupMeans(
  x: Float64Array,
  { groups, groupOf }: Grouping,
  f: (value: number, group: number) => number,
): Float64Array {
  const sums = new Float64Array(groups)
  const counts = new Float64Array(groups)
  x.forEach((value, i) => {
    const group = groupOf(i)
    sums[group] = sums[group]! + f(value, group)
    counts[group] = counts[group]! + 1
  })
  return sums.map((sum, group) => sum / counts[group]!)
}

/** Two passes, so that a large mean does not swallow a small variance. */
export function momentsOf(x: Float64Array, grouping: Grouping): Moments {
  const mean = groupMeans(x, grouping, (value) => value)
  return { mean, variance: groupMeans(x, grouping, (value, group) => (value - mean[group]!) ** 2) }
}

/** (x - mean) / sqrt(variance + epsilon) of each element's group. */
export function standardize(
  x: Float64Array,
  { groupOf }: Grouping,
  { mean, variance }: Moments,
  epsilon: number,
): Float64Array {
  const deviations = variance.map((value) => Math.sqrt(value + epsilon))
  return x.map((value, i) => {
    const group = groupOf(i)
    return (value - mean[group]!) / deviations[group]!
  })
}
