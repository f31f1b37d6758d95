/** What planning a graph for some sizes finds out that holds for other sizes too. Owned by whoever plans it again. */
import type { Tensor } from '../base/tensor.ts'
import { narrow, type WideTensor } from '../base/wide.ts'
import type { Node } from '../ir/graph.ts'
import { type AttrSpecs, type Attrs, parseAttributes } from '../ops/attr.ts'
import type { AnyOp } from '../ops/define.ts'
import { type FactMemo, factMemo } from '../ops/fact-memo.ts'

export interface ScheduleMemo {
  readonly facts: FactMemo
  attributes(op: AnyOp, node: Node): Attrs<AttrSpecs>
  narrow(value: WideTensor): Tensor
  /** First outputs of nodes whose kernels refused some sizes: they are asked before they are counted on. */
  readonly doubtful: Set<string>
}

/** Nodes of a few plans. */
const mostFacts = 4096

export function scheduleMemo(): ScheduleMemo {
  const parsed = new WeakMap<Node['attributes'], { readonly op: AnyOp; readonly attrs: Attrs<AttrSpecs> }>()
  const narrowed = new WeakMap<WideTensor, Tensor>()
  return {
    facts: factMemo(mostFacts),
    attributes(op, { attributes }) {
      const known = parsed.get(attributes)
      if (known?.op === op) return known.attrs
      const attrs = parseAttributes(op.attrs, attributes)
      parsed.set(attributes, { op, attrs })
      return attrs
    },
    narrow(value) {
      const known = narrowed.get(value)
      if (known) return known
      const made = narrow(value)
      narrowed.set(value, made)
      return made
    },
    doubtful: new Set(),
  }
}
