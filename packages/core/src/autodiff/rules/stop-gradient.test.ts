import { expect, it } from 'vitest'
import { tensorType } from '../../base/value.ts'
import { graphBuilder } from '../../ir/builder.ts'
import type { AnyOp } from '../../ops/define.ts'
import { stopGradient } from '../../ops/slipway/stop-gradient.ts'
import { interpret } from '../../reference/interpret.ts'
import { f64 } from '../../testing/literals.ts'
import { gradientGraph } from '../vjp.ts'

ownGradTest(stopGradient)

/** Differences would see what it hides. */
function ownGradTest({ name }: AnyOp): void {
  it(`${name} lets no gradient pass`, checkStopped)
}

function checkStopped(): void {
  const b = graphBuilder()
  const x = b.input('x', tensorType('float64', [2]))
  const stopped = b.node('StopGradient', [x], {}, { domain: 'ai.slipway' })
  const graph = b.build([b.node('ReduceSum', [b.node('Mul', [x, stopped])], { keepdims: 0 })])
  const { graph: both, gradients } = gradientGraph(graph, graph.outputs[0]!, ['x'])
  const name = gradients.get('x')!
  expect(interpret(both, new Map([['x', f64([3, 5])]]), { outputs: [name] }).get(name)).toEqual(f64([3, 5]))
}
