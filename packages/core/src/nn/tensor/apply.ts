/** Applies an operator to tensors: the one place where nodes of the program of tensors are made. */

import { sourceKey } from '../../autodiff/source.ts'
import { type DType, dtypeInfo, isFloat, isInteger } from '../../base/dtype.ts'
import { SlipwayError } from '../../base/errors.ts'
import type { Tensor as HostTensor } from '../../base/tensor.ts'
import { type AttributesInit, literalTensor, toAttributes } from '../../ir/builder.ts'
import type { Node } from '../../ir/graph.ts'
import { constantFact } from '../../ops/infer-graph.ts'
import { inferNode } from '../../ops/infer-node.ts'
import { tryFindOp } from '../../ops/registry.ts'
import { callSite } from './call-site.ts'
import type { Cell, TraceNode } from './origin.ts'
import { traceOf } from './trace.ts'

export interface ApplyOptions {
  readonly domain?: string
  readonly name?: string
  /** Number of outputs; 1 unless given. */
  readonly outputs?: number
  readonly metadata?: ReadonlyMap<string, string>
}

/** The value that a host tensor is. */
export function dataCell(value: HostTensor): Cell {
  return { origin: { kind: 'data', value }, fact: constantFact(value), trace: undefined }
}

/**
 * The outputs of an operator. Throws what the operator refuses, with the line of the program that asked for it, SLP-O3
 * for an unknown operator.
 */
export function applyAll(
  op: string,
  inputs: readonly (Cell | undefined)[],
  init: AttributesInit = {},
  { domain = '', name = '', outputs = 1, metadata }: ApplyOptions = {},
): readonly Cell[] {
  const definition = tryFindOp(domain, op)
  if (!definition) throw new SlipwayError('SLP-O3', `Cannot apply operator: it must be known, got "${op}"`)
  const attributes = toAttributes(init)
  const site = callSite()
  const node: Node = {
    domain,
    op,
    name: name || op,
    inputs: inputs.map((cell, i) => (cell ? `input ${i}` : '')),
    outputs: Array.from({ length: outputs }, (_, i) => `output ${i}`),
    attributes,
    metadata: undefined,
  }
  const facts = inputs.map((cell) => cell?.fact)
  const results = atSite(site, () => inferNode(definition, node, facts, { label: op, inferGraph: () => [] }))
  const traced: TraceNode = {
    domain,
    op,
    name,
    inputs,
    attributes,
    metadata: site === undefined ? metadata : new Map(metadata).set(sourceKey, site),
    outputCount: outputs,
  }
  const trace = traceOf(inputs)
  return results.map((fact, index) => {
    if (fact?.type.kind === 'tensor') return { origin: { kind: 'node', node: traced, index }, fact, trace }
    throw new SlipwayError(
      'SLP-O2',
      `Cannot apply ${op}: its outputs must be tensors of known type, got none`,
    )
  })
}

export function apply(
  op: string,
  inputs: readonly (Cell | undefined)[],
  init: AttributesInit = {},
  options: ApplyOptions = {},
): Cell {
  return applyAll(op, inputs, init, options)[0]!
}

/** The element type of a tensor. */
export function dtypeOf({ fact: { type } }: Cell): DType {
  if (type.kind === 'tensor') return type.dtype
  throw new SlipwayError('SLP-O2', `Cannot use value: it must be a tensor, got a ${type.kind}`)
}

/** A number takes the element type of what it meets. */
export function numberLike(value: number, like: Cell): Cell {
  const dtype = dtypeOf(like)
  if (isInteger(dtype) && !Number.isInteger(value)) {
    throw new SlipwayError(
      'SLP-B3',
      `Cannot combine number and tensor: ${dtype} holds whole numbers, got ${value}`,
      {
        remedy: 'Cast the tensor to float32 first.',
      },
    )
  }
  return dataCell(literalTensor(dtype, value))
}

/** Integers that meet floating point become that; other types must be the same. */
export function promote(a: Cell, b: Cell): readonly [Cell, Cell] {
  const [p, q] = [dtypeOf(a), dtypeOf(b)]
  if (p === q) return [a, b]
  if (isFloat(p) && isInteger(q)) return [a, castTo(b, p)]
  if (isInteger(p) && isFloat(q)) return [castTo(a, q), b]
  return [a, b]
}

export function castTo(x: Cell, dtype: DType): Cell {
  return dtypeOf(x) === dtype ? x : apply('Cast', [x], { to: dtypeInfo(dtype).code })
}

function atSite<T>(site: string | undefined, run: () => T): T {
  try {
    return run()
  } catch (error) {
    if (!(error instanceof SlipwayError) || site === undefined) throw error
    throw new SlipwayError(error.code, error.summary, { ...error.details, path: site })
  }
}
