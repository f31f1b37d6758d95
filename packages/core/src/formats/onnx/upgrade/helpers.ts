/** What several adapters do. */
import type { DType } from '../../../base/dtype.ts'
import { literalTensor } from '../../../ir/builder.ts'
import type { Node } from '../../../ir/graph.ts'
import { attr } from '../../../ops/attr.ts'
import { attributeOf, withAttributes, withInputs } from './attributes.ts'
import type { Upgrade, UpgradeContext } from './define.ts'

/** The element type of a tensor, where it is known. */
export function dtypeOf(name: string, c: Pick<UpgradeContext, 'typeOf'>): DType | undefined {
  const type = c.typeOf(name)
  return type?.kind === 'tensor' ? type.dtype : undefined
}

/** The sizes of a tensor, where its rank is known. */
export function shapeOf(name: string, c: Pick<UpgradeContext, 'typeOf'>) {
  const type = c.typeOf(name)
  return type?.kind === 'tensor' ? type.shape : undefined
}

/** An int64 constant: 1-D for a list. */
export function integers(
  c: Pick<UpgradeContext, 'constant'>,
  value: number | readonly number[],
  hint: string,
): string {
  return c.constant(literalTensor('int64', value), hint)
}

/**
 * A scalar of the element type of `like`. Where that type is not known, the float32 scalar is cast while running
 * (CastLike came with version 15).
 */
export function scalarLike(c: UpgradeContext, value: number, like: string, hint: string): string {
  const dtype = dtypeOf(like, c)
  const scalar = c.constant(literalTensor(dtype ?? 'float32', value), hint)
  return dtype ? scalar : c.node('CastLike', [scalar, like], {}, { at: 15 })
}

/** An adapter that moves a list of integers from an attribute to the input at `index`. */
export function intsToInput(op: string, before: number, name: string, index = 1): Omit<Upgrade, 'domain'> {
  return {
    op,
    before,
    convert: (node, c) => {
      const list = attributeOf(node, name, attr.optional.ints())
      const bare = withAttributes(node, { [name]: undefined })
      return list ? withInputs(bare, inputsWith(node, index, integers(c, list, name))) : bare
    },
  }
}

/** The inputs of a node with one of them set. */
export function inputsWith(node: Node, index: number, name: string): (string | undefined)[] {
  const inputs: (string | undefined)[] = Array.from(
    { length: Math.max(index + 1, node.inputs.length) },
    (_, i) => node.inputs[i],
  )
  inputs[index] = name
  return inputs
}

/** An adapter that takes attributes away which never changed the result. */
export function dropAttributes(
  op: string,
  before: number,
  ...names: readonly string[]
): Omit<Upgrade, 'domain'> {
  return {
    op,
    before,
    convert: (node) => withAttributes(node, Object.fromEntries(names.map((name) => [name, undefined]))),
  }
}
