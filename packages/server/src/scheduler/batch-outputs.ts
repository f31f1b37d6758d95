/** The outputs of a batch as those of its jobs. */
import { SlipwayError, type Tensor } from '@slipway/core'
import { sliceRows } from './tensor-rows.ts'

export interface Rows {
  readonly from: number
  readonly count: number
}

/** Throws SLP-S8 for an output that is missing or, where there is a batch dimension, does not have all rows. */
export function checkOutputs(
  model: string,
  names: readonly string[],
  outputs: ReadonlyMap<string, Tensor>,
  rows: number | undefined,
): void {
  for (const name of names) {
    const output = outputs.get(name)
    if (!output) throw broken(model, name, 'it must be there', 'nothing')
    if (rows === undefined || output.shape[0] === rows) continue
    const rule = `its first size must be that of the batch, ${rows}, as max_batch_size is set`
    throw broken(model, name, rule, `[${output.shape}]`)
  }
}

/** A job's part of the outputs it asked for; without rows, all of them. */
export function cutOutputs(
  names: readonly string[],
  outputs: ReadonlyMap<string, Tensor>,
  rows: Rows | undefined,
): ReadonlyMap<string, Tensor> {
  const cut = new Map<string, Tensor>()
  for (const name of names) {
    const output = outputs.get(name)!
    cut.set(name, rows ? sliceRows(output, rows.from, rows.count) : output)
  }
  return cut
}

/** Every name that one of the jobs asked for. */
export function unionOf(lists: readonly (readonly string[])[]): readonly string[] {
  const [first = []] = lists
  const same = lists.every(
    (list) => list === first || (list.length === first.length && list.every((name, i) => name === first[i])),
  )
  return same ? first : [...new Set(lists.flat())]
}

function broken(model: string, name: string, rule: string, got: string): SlipwayError {
  return new SlipwayError('SLP-S8', `Cannot split output "${name}" of model "${model}": ${rule}, got ${got}`)
}
