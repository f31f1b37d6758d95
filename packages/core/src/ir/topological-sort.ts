/** Nodes in an order in which every value is defined before it is read. */
import { SlipwayError } from '../base/errors.ts'
import { type Node, nodeLabel, operatorText, readsOf } from './graph.ts'

/**
 * The same nodes in topological order; nodes that are in order already keep their places. Values that no node
 * defines are taken to come from outside.
 *
 * @throws SLP-I1 naming the nodes and values of one cycle.
 */
export function topologicalSort(nodes: readonly Node[]): readonly Node[] {
  const producers = new Map<string, number>()
  nodes.forEach((node, index) => {
    for (const name of node.outputs) if (name !== '') producers.set(name, index)
  })
  const sorted: Node[] = []
  const state = new Array<'new' | 'open' | 'done'>(nodes.length).fill('new')
  nodes.forEach((_, start) => {
    // A depth-first walk with a stack of its own: a long chain in reverse order must not exhaust the call stack.
    const stack: { index: number; reads: readonly string[]; next: number }[] = []
    const enter = (index: number) => {
      state[index] = 'open'
      stack.push({ index, reads: readsOf(nodes[index]!), next: 0 })
    }
    if (state[start] === 'new') enter(start)
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const name = top.reads[top.next++]
      if (name === undefined) {
        state[top.index] = 'done'
        sorted.push(nodes[top.index]!)
        stack.pop()
        continue
      }
      const producer = producers.get(name)
      if (producer === undefined || state[producer] === 'done') continue
      if (state[producer] === 'open') {
        const path = stack.slice(stack.findIndex(({ index }) => index === producer))
        refuseCycle(path.map(({ index, reads, next }) => [nodes[index]!, reads[next - 1]!]))
      }
      enter(producer)
    }
  })
  return sorted
}

/** Each entry is a node with the value it waits for. */
function refuseCycle(path: readonly (readonly [Node, string])[]): never {
  const steps = path.map(([node, waits]) => `${nodeLabel(node) || operatorText(node)} reads "${waits}"`)
  throw new SlipwayError('SLP-I1', `Cannot order nodes: they must not form a cycle, got ${steps.join(', ')}`)
}
