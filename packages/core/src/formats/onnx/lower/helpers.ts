/** What several lowerings do. */
import type { Node } from '../../../ir/graph.ts'
import { attr } from '../../../ops/attr.ts'
import { attributeOf, withAttributes } from '../upgrade/attributes.ts'
import type { Lowering, LoweringContext } from './define.ts'

interface MovedInput {
  readonly index: number
  /** Of the input, and of the attribute that it was before. */
  readonly name: string
  readonly context: LoweringContext
  /** Whether an empty list says the same as none. */
  readonly dropEmpty?: boolean
}

/** `bare`, with the integers of an input of `node` as an attribute. Gives up where they are not known. */
export function inputToInts(
  node: Node,
  bare: Node,
  { index, name, context, dropEmpty = false }: MovedInput,
): Node {
  const input = node.inputs[index] ?? ''
  if (input === '') return bare
  const list =
    context.integersOf(input) ?? context.cannot(`the input ${name} must be known before the model runs`)
  return list.length === 0 && dropEmpty ? bare : withAttributes(bare, { [name]: list })
}

/** A lowering that only looks whether older versions knew the text of an attribute. */
export function withoutTexts(
  op: string,
  before: number,
  name: string,
  ...texts: readonly string[]
): Omit<Lowering, 'domain'> {
  return {
    op,
    before,
    convert: (node, c) => {
      const text = attributeOf(node, name, attr.optional.string())
      if (text === undefined || !texts.includes(text)) return node
      return c.cannot(`the attribute ${name} "${text}" came with version ${before}`)
    },
  }
}
