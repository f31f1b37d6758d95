import { describe, expect, it } from 'vitest'
import { tensor } from '../base/tensor.ts'
import { tensorType } from '../base/value.ts'
import { graphBuilder } from '../ir/builder.ts'
import { shareGraph } from './share-graph.ts'

const weights = (size: number) => tensor('float32', [size], new Float32Array(size).fill(2))

function body() {
  const b = graphBuilder({ name: 'body' })
  b.constant(weights(512), 'w')
  return b.build(['w'])
}

describe('shareGraph', () => {
  const b = graphBuilder({ name: 'outer' })
  const x = b.input('x', tensorType('float32', [512]))
  b.constant(weights(512), 'big')
  b.constant(weights(2), 'small')
  b.constant(tensor('string', [1], ['text']), 'text')
  b.node('If', [x], { then_branch: body(), value: weights(300) })
  const graph = b.build([x])
  const shared = shareGraph(graph)

  it('shares large tensors of the graph, its attributes and its subgraphs', () => {
    const attributes = shared.graph.nodes[0]!.attributes
    const then = attributes.get('then_branch')
    const value = attributes.get('value')
    const large = [
      shared.graph.constants.get('big'),
      then?.kind === 'graph' ? then.value.constants.get('w') : undefined,
      value?.kind === 'tensor' ? value.value : undefined,
    ]
    for (const one of large) {
      expect((one!.data as Float32Array).buffer).toBeInstanceOf(SharedArrayBuffer) // float32
      expect(one!.data[0]).toBe(2)
    }
  })

  it('counts bytes', () => {
    expect(shared.weightBytes).toBe(4 * (512 + 512 + 300 + 2) + 8)
    expect(shared.sharedBytes).toBe(4 * (512 + 512 + 300))
  })

  it('does not copy what is shared already', () => {
    expect(shareGraph(shared.graph).graph.constants.get('big')).toBe(shared.graph.constants.get('big'))
  })

  it('leaves the caller its graph', () => {
    expect((graph.constants.get('big')!.data as Float32Array).buffer).toBeInstanceOf(ArrayBuffer) // float32
  })
})
