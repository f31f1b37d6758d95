/** What is to be predicted: labels (numbers or texts) or values. */
import type { Tensor } from '../base/tensor.ts'
import { widen } from '../base/wide.ts'
import { isTensor, refuseData } from './matrix.ts'

export type Label = number | string
/** One label or value per sample. */
export type Targets = Tensor | ArrayLike<number> | readonly Label[]

/** Labels as numbers from 0 on, in the order of `classes`. */
export interface EncodedLabels {
  /** Distinct labels in ascending order. */
  readonly classes: readonly Label[]
  readonly codes: Int32Array
}

/** The targets as a list. Throws SLP-M3 where they are not one per sample. */
export function toList(targets: Targets | undefined, samples: number): Label[] {
  if (targets === undefined) return refuseData('targets must be given', 'none')
  if (isTensor(targets) && targets.shape.length !== 1) {
    return refuseData('targets must be one per sample', `a tensor [${targets.shape}]`)
  }
  const list = isTensor(targets)
    ? Array.from<number | bigint | string, Label>(widen(targets).data, toLabel)
    : Array.from<Label>(targets)
  if (list.length !== samples) return refuseData(`there must be ${samples} targets`, list.length)
  return list
}

const toLabel = (value: number | bigint | string): Label =>
  typeof value === 'bigint' ? Number(value) : value

/** The targets as numbers. Throws SLP-M3. */
export function toValues(targets: Targets | undefined, samples: number): Float64Array {
  return Float64Array.from(toList(targets, samples), (value) =>
    typeof value === 'number' && Number.isFinite(value)
      ? value
      : refuseData('values to predict must be finite numbers', JSON.stringify(value)),
  )
}

const compare = (a: Label, b: Label): number => (a < b ? -1 : a > b ? 1 : 0)

/** Distinct labels in order, and the place of each sample's label among them. Throws SLP-M3. */
export function encodeLabels(targets: Targets | undefined, samples: number): EncodedLabels {
  const list = toList(targets, samples)
  const types = new Set(list.map((label) => typeof label))
  if (types.size > 1) return refuseData('labels must be all numbers or all texts', [...types].join(' and '))
  if (list.some((label) => Number.isNaN(label))) return refuseData('a label must not be NaN', 'NaN')
  const classes = [...new Set(list)].sort(compare)
  const places = new Map(classes.map((label, i) => [label, i]))
  return { classes, codes: Int32Array.from(list, (label) => places.get(label)!) }
}
