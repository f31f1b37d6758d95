/** Folding as a patch: constants take the names of what nodes would have computed. */
import { dtypeInfo } from '../../base/dtype.ts'
import { type Tensor, tensorByteLength } from '../../base/tensor.ts'
import type { Node } from '../../ir/graph.ts'
import type { Patch } from '../../ir/patch.ts'
import type { AnyOp } from '../../ops/define.ts'
import { sweep } from '../batch.ts'
import type { GraphView } from '../graph-view.ts'

/** How much folding may cost. */
export const foldLimits = {
  /** Bytes of all constants of a graph that folding may bring it to: the weights of the largest vision models. */
  totalBytes: 2 ** 30,
  /** Bytes of one constant that is folded however many there are. */
  smallBytes: 2 ** 12,
  /** Elements of one tensor that no layer reads as a weight. */
  elements: 2 ** 22,
  /** Elements that a kernel of its own may read and write, whose work their number does not bound. */
  kernelElements: 2 ** 14,
} as const

/** Tensors by the names of the outputs that they replace. */
export type Folded = ReadonlyMap<string, Tensor>

/** The patch that puts constants in the place of nodes; undefined for none. */
export function foldInto(
  rule: string,
  view: GraphView,
  folded: ReadonlyMap<Node, Folded>,
): Patch | undefined {
  if (folded.size === 0) return undefined
  const remove = new Set(folded.keys())
  const constants = new Map([...folded.values()].flatMap((tensors) => [...tensors]))
  return { rule, constants, removeConstants: sweep(view, remove, new Set()), remove: [...remove] }
}

/** The outputs of a node that somebody reads. */
export function readOutputs(view: GraphView, node: Node): readonly string[] {
  return node.outputs.filter(
    (name) => name !== '' && (view.isOutput(name) || view.consumers(name).length > 0),
  )
}

/** Why a node must not be folded, whatever its inputs are. */
export function keptBecause(op: AnyOp): string | undefined {
  if (op.traits.has('random')) return 'random operators are never folded'
  if (op.traits.has('control')) return 'control flow is never folded'
  if (op.traits.has('barrier')) return 'a barrier is there to stay'
  if (isScaling(op)) return 'quantization is folded last, because integer kernels read what is quantized'
  return undefined
}

const isScaling = ({ name, domain }: AnyOp): boolean => domain === '' && /^(De)?[Qq]uantizeLinear$/.test(name)

/** True where new constants fit. Computations of shapes are small, and fold in the largest model. */
export function fits(bytes: number, room: number): boolean {
  return bytes <= Math.max(room, foldLimits.smallBytes)
}

/** Bytes that are left for new constants. */
export function roomFor(view: GraphView): number {
  const used = [...view.graph.constants.values()].reduce((sum, tensor) => sum + tensorByteLength(tensor), 0)
  return foldLimits.totalBytes - used
}

/** Bytes of a tensor before it is there. */
export function bytesOf(dtype: Tensor['dtype'], count: number): number {
  return (count * dtypeInfo(dtype).bits) / 8
}
