/**
 * One input or output of the configuration against that of the graph. What the configuration leaves out comes from
 * the graph; what it says must fit. With batches, `dims` do not have the batch dimension.
 */
import { nameHint } from '@slipway/core'
import type { ServedTensor } from '../oip/served-tensor.ts'
import { DataType, type ModelInput, type ModelOutput } from '../proto/model_config_pb.ts'
import { dataTypeOf, tryDatatypeOfConfig } from './data-type.ts'
import type { Problem } from './problems.ts'

/** What is the same of inputs and outputs. */
export type TensorEntry = ModelInput | ModelOutput

export const dimsText = (dims: readonly (number | bigint)[]) => `[${dims.join(', ')}]`
const typeName = (type: DataType) => DataType[type] ?? String(type)

/** The graph's sizes without the batch dimension; undefined where the rank is unknown. */
export function graphDims(
  { shape, ranked }: ServedTensor,
  isBatched: boolean,
): readonly number[] | undefined {
  return ranked ? shape.slice(isBatched ? 1 : 0) : undefined
}

/** Checks an entry against the graph's tensor of its name. */
export function checkTensor(
  entry: TensorEntry,
  tensor: ServedTensor,
  isBatched: boolean,
  path: string,
): Problem[] {
  const problems = [...checkType(entry, tensor, path), ...checkReshape(entry, path)]
  const open = entry.dims.find((dim) => dim < 1n && dim !== -1n)
  if (open !== undefined)
    problems.push({ path: `${path}.dims`, rule: 'a size must be -1 or at least 1', got: String(open) })
  const field = entry.reshape ? 'reshape.shape' : 'dims'
  const dims = (entry.reshape?.shape ?? entry.dims).map(Number)
  if (entry.reshape || dims.length > 0)
    problems.push(...checkDims(dims, tensor, isBatched, `${path}.${field}`))
  return problems
}

function checkType({ dataType }: TensorEntry, { datatype }: ServedTensor, path: string): Problem[] {
  const expected = dataTypeOf(datatype)
  if (dataType === DataType.TYPE_INVALID || dataType === expected) return []
  return [
    {
      path: `${path}.data_type`,
      rule: `the model's type is ${typeName(expected)}`,
      got: typeName(dataType),
      remedy: `Write data_type: ${typeName(expected)}, or leave it out.`,
    },
  ]
}

function checkDims(
  dims: readonly number[],
  tensor: ServedTensor,
  isBatched: boolean,
  path: string,
): Problem[] {
  const wanted = graphDims(tensor, isBatched)
  if (!wanted) return []
  const fits = dims.length === wanted.length && dims.every((dim, i) => wanted[i] === -1 || dim === wanted[i])
  if (fits) return []
  const shape = `the model's shape is ${dimsText(tensor.shape)}${isBatched ? ' with the batch dimension' : ''}, so`
  return [
    {
      path,
      rule: `${shape} it must be ${dimsText(wanted)}`,
      got: dimsText(dims),
      remedy: dimsRemedy(dims, tensor, isBatched, wanted),
    },
  ]
}

function dimsRemedy(
  dims: readonly number[],
  { shape }: ServedTensor,
  isBatched: boolean,
  wanted: readonly number[],
): string {
  const fits = (other: readonly number[]) =>
    other.length === dims.length && dims.every((dim, i) => other[i] === -1 || dim === other[i])
  if (isBatched && fits(shape))
    return 'With max_batch_size above 0 the batch dimension is not listed: take the first size away.'
  if (!isBatched && shape[0] === -1 && fits(shape.slice(1)))
    return `Set max_batch_size above 0, or list the batch dimension too: ${dimsText(shape)}.`
  return `Write ${dimsText(wanted)}, or leave it out.`
}

/** Both sides must have the same elements, whatever the open sizes are. */
function checkReshape({ dims, reshape }: TensorEntry, path: string): Problem[] {
  if (!reshape) return []
  const fixed = (list: readonly bigint[]) => list.filter((dim) => dim !== -1n).reduce((a, b) => a * b, 1n)
  const open = (list: readonly bigint[]) => list.filter((dim) => dim === -1n).length
  if (fixed(dims) === fixed(reshape.shape) && open(dims) === open(reshape.shape)) return []
  return [
    {
      path: `${path}.reshape.shape`,
      rule: `it must have as many elements and open sizes as dims ${dimsText(dims)}`,
      got: dimsText(reshape.shape),
    },
  ]
}

/** Names of the configuration that the graph does not have, or has twice. */
export function checkNames(
  kind: 'input' | 'output',
  entries: readonly TensorEntry[],
  tensors: readonly ServedTensor[],
): Problem[] {
  const names = tensors.map(({ name }) => name)
  return entries.flatMap(({ name }, i) => {
    const path = `${kind}[${i}].name`
    const got = JSON.stringify(name)
    if (!names.includes(name))
      return [
        { path, rule: `the model must have an ${kind} of this name`, got, remedy: nameHint(name, names) },
      ]
    const isSecond = entries.slice(0, i).some((other) => other.name === name)
    return isSecond ? [{ path, rule: `an ${kind} must be listed once`, got: `${got} twice` }] : []
  })
}

/** The tensor as clients see it: sizes that the configuration narrows, its reshape, and the batch dimension. */
export function servedBy(entry: TensorEntry, tensor: ServedTensor, isBatched: boolean): ServedTensor {
  const optional = tensor.optional || ('optional' in entry && entry.optional)
  const isScalar = tensor.ranked || entry.reshape !== undefined
  if (entry.dims.length === 0 && !isScalar) return { ...tensor, optional }
  const dims = entry.dims.map(Number)
  return { ...tensor, optional, ranked: true, shape: isBatched ? [-1, ...dims] : dims }
}

/** A tensor that only the configuration describes, as an ensemble's. */
export function servedByConfig(entry: TensorEntry, isBatched: boolean): ServedTensor | undefined {
  const datatype = tryDatatypeOfConfig(entry.dataType)
  if (!datatype) return undefined
  const tensor = { name: entry.name, datatype, shape: [-1], ranked: false, optional: false }
  return entry.dims.length === 0 ? tensor : servedBy(entry, tensor, isBatched)
}
