/** Cuts work into tasks. */

/**
 * Tasks of `each` items: about `wanted` items per task, but no fewer tasks than threads where every one of them then
 * has at least a quarter of that.
 */
export function partsOf(
  items: number,
  wanted: number,
  threads: number,
): { readonly each: number; readonly tasks: number } {
  const fair = Math.ceil(items / threads)
  const each = Math.max(1, Math.ceil(wanted / 4), Math.min(Math.ceil(wanted), fair))
  return { each, tasks: Math.ceil(items / each) }
}
