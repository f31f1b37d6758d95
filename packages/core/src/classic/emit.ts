/** What estimators have in common when they become graphs: names of values, and labels of classes. */
import { SlipwayError } from '../base/errors.ts'
import { tensor } from '../base/tensor.ts'
import type { AttributesInit, GraphBuilder } from '../ir/builder.ts'
import type { Label } from './targets.ts'

/** The element type of the input, and of probabilities and values. */
export type ExportType = 'float32' | 'float64'

export interface EmitContext {
  readonly b: GraphBuilder
  readonly dtype: ExportType
}

/** Names of the values that an estimator gives; a step of a pipeline that transforms gives `values` only. */
export interface Emitted {
  readonly label?: string
  readonly probabilities?: string
  readonly values?: string
}

/** Refuses to export: SLP-M4. */
export function refuseExport(what: string, rule: string, got: unknown): never {
  throw new SlipwayError('SLP-M4', `Cannot export ${what}: ${rule}, got ${String(got)}`)
}

/** `x` in another type; the same name where it has that type. */
export function castTo(
  { b, dtype }: EmitContext,
  x: string,
  to: ExportType,
  from: ExportType = dtype,
): string {
  return from === to ? x : b.node('Cast', [x], { to: to === 'float64' ? 11 : 1 })
}

/** A constant of the type of the graph. */
export function constantOf(
  { b }: EmitContext,
  dtype: ExportType,
  shape: readonly number[],
  values: ArrayLike<number>,
): string {
  const data = dtype === 'float64' ? Float64Array.from(values) : Float32Array.from(values)
  return data instanceof Float64Array
    ? b.constant(tensor('float64', shape, data))
    : b.constant(tensor('float32', shape, data))
}

/** The outputs of an operator of ai.onnx.ml. */
export const mlNode = (
  { b }: EmitContext,
  op: string,
  x: string,
  attributes: AttributesInit,
  outputs = 1,
): string[] => b.nodes(op, [x], attributes, { domain: 'ai.onnx.ml', outputs })

/** The label at each index. */
export function labelsAt({ b }: EmitContext, index: string, classes: readonly Label[]): string {
  return b.node('Gather', [b.constant(labelTensor(classes)), index], { axis: 0 })
}

/** Label of the greatest probability of each row, the first among equals. */
export function topLabels(context: EmitContext, probabilities: string, classes: readonly Label[]): string {
  const index = context.b.node('ArgMax', [probabilities], { axis: 1, keepdims: 0 })
  return labelsAt(context, index, classes)
}

/** Labels as ONNX has them: integers or texts. Throws SLP-M4 for others. */
export function labelTensor(classes: readonly Label[]) {
  if (classes.every((label) => typeof label === 'string')) {
    return tensor('string', [classes.length], classes)
  }
  const data = BigInt64Array.from(classes, (label) =>
    Number.isSafeInteger(label)
      ? BigInt(label)
      : refuseExport('labels', 'they must be integers or texts', label),
  )
  return tensor('int64', [classes.length], data)
}

/** The attribute of a classifier of ai.onnx.ml that lists the labels; operators name that of integers differently. */
export function labelAttribute(
  classes: readonly Label[],
  integers: 'classlabels_ints' | 'classlabels_int64s' = 'classlabels_int64s',
): AttributesInit {
  const { data } = labelTensor(classes)
  return Array.isArray(data)
    ? { classlabels_strings: { kind: 'strings', value: data } }
    : { [integers]: { kind: 'ints', value: [...(data as BigInt64Array)] } } // the other array of labelTensor
}
