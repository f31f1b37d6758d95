/** What planning a graph for some sizes finds out that holds for other sizes too. Owned by whoever plans it again. */
import type { Tensor } from '../base/tensor.ts'
import { typeText } from '../base/value.ts'
import { narrow, type WideTensor } from '../base/wide.ts'
import type { Node } from '../ir/graph.ts'
import type { Kernel } from '../kernel/kernel.ts'
import { type AttrSpecs, type Attrs, parseAttributes } from '../ops/attr.ts'
import type { AnyOp } from '../ops/define.ts'
import type { Fact } from '../ops/fact.ts'
import { type FactMemo, recentFacts } from '../ops/fact-memo.ts'

export interface ScheduleMemo {
  readonly facts: FactMemo
  attributes(op: AnyOp, node: Node): Attrs<AttrSpecs>
  narrow(value: WideTensor): Tensor
  /** Facts of inputs, the same objects for the same types: what is inferred from them is known by them. */
  interned(facts: ReadonlyMap<string, Fact>): ReadonlyMap<string, Fact>
  /** The first kernel of its key. */
  kernel(kernel: Kernel): Kernel
  /** First outputs of nodes whose kernels refused some sizes: they are asked before they are counted on. */
  readonly doubtful: Set<string>
}

/** Types of inputs that are told apart by their objects. */
const mostTypes = 256

export function scheduleMemo(): ScheduleMemo {
  const parsed = new WeakMap<Node['attributes'], { readonly op: AnyOp; readonly attrs: Attrs<AttrSpecs> }>()
  const narrowed = new WeakMap<WideTensor, Tensor>()
  const types = new Map<string, Fact>()
  const kernels = new Map<string, Kernel>()
  const intern = (fact: Fact): Fact => {
    if (fact.constant || fact.value) return fact
    const text = typeText(fact.type)
    const known = types.get(text)
    if (known) return known
    if (types.size >= mostTypes) types.clear()
    types.set(text, fact)
    return fact
  }
  return {
    facts: recentFacts(),
    interned: (facts) => new Map([...facts].map(([name, fact]) => [name, intern(fact)])),
    kernel(kernel) {
      const known = kernels.get(kernel.key)
      if (known) return known
      kernels.set(kernel.key, kernel)
      return kernel
    },
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
