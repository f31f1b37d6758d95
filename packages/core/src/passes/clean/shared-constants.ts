import type { Tensor } from '../../base/tensor.ts'
import { definePass } from '../define.ts'
import { sameElements } from '../tensors.ts'

export const sharedConstants = definePass({
  name: 'shared-constants',
  priority: 790,
  doc: 'Initialisers with equal elements become one.',
  find: (view) => {
    const given = new Set(view.graph.inputs)
    const seen = new Map<string, [string, Tensor][]>()
    const replace = new Map<string, string>()
    for (const [name, value] of view.graph.constants) {
      if (given.has(name)) continue
      const key = `${value.dtype}[${value.shape}]${value.data[0]}`
      const same = seen.get(key)?.find(([, other]) => sameElements(other, value))
      if (!same) seen.set(key, [...(seen.get(key) ?? []), [name, value]])
      else if (!view.isOutput(name)) replace.set(name, same[0])
    }
    if (replace.size === 0) return undefined
    return { rule: 'shared-constants', replace, removeConstants: [...replace.keys()] }
  },
})
