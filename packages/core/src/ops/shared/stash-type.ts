/** The attribute `stash_type`: the TensorProto code of the float type that statistics are computed in. */
import { type DType, dtypeInfo, isFloat, tryDTypeOfCode } from '../../base/dtype.ts'
import type { GraphBuilder } from '../../ir/builder.ts'
import { refuse } from '../refuse.ts'

/** The float type that `stash_type` names. Throws SLP-O2 for any other code. */
export function stashDType(code: number): DType {
  const dtype = tryDTypeOfCode(code)
  return dtype && isFloat(dtype) ? dtype : refuse('stash_type must be the code of a float type', code)
}

/** A Cast from one dtype to another, or nothing where they are the same. */
export function castTo(b: GraphBuilder, value: string, from: DType, to: DType): string {
  return from === to ? value : b.node('Cast', [value], { to: dtypeInfo(to).code })
}

/** The axes from `axis` to the last one, counted from the back; undefined where that takes an unknown rank. */
export function axesFrom(axis: number, rank: number | undefined): number[] | undefined {
  const count = axis < 0 ? -axis : rank === undefined ? undefined : rank - axis
  return count === undefined ? undefined : Array.from({ length: count }, (_, i) => i - count)
}
