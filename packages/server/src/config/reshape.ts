/** The reshape of the configuration: clients use `dims`, the graph the other shape; the elements are the same. */

/**
 * Concrete sizes of one pattern in the form of another: open sizes (-1) go over in their order.
 *
 * @example
 * reshapedDims([5, 1], [-1, 1], [-1]) // [5]
 */
export function reshapedDims(
  dims: readonly number[],
  from: readonly number[],
  to: readonly number[],
): number[] {
  const open = dims.filter((_, i) => from[i] === -1)
  let next = 0
  return to.map((size) => (size === -1 ? open[next++]! : size))
}
