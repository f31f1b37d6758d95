import { type DType, dtypeInfo } from '../../base/dtype.ts'
import type { GraphBuilder } from '../../ir/builder.ts'

/** A Cast from one dtype to another, or nothing where they are the same. */
export function castTo(b: GraphBuilder, value: string, from: DType, to: DType): string {
  return from === to ? value : b.node('Cast', [value], { to: dtypeInfo(to).code })
}
