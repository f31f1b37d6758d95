/** The gradient of If: an If whose branches are those of the operator with the way back through them. */
import type { Graph } from '../../ir/graph.ts'
import { scalarOf } from '../../ops/fact.ts'
import { ifOp } from '../../ops/if.ts'
import { inlineBody } from '../../ops/shared/inline-body.ts'
import { typedBuilder } from '../../ops/typed-builder.ts'
import { bodyOf, defineControlGradient, wantedCaptures } from '../control.ts'
import { mathsOf } from '../maths.ts'
import type { Passage } from '../rule.ts'

// The branch that runs is computed once more, for its inner values.
export const ifGradient = defineControlGradient(ifOp, {
  backward(passage) {
    const { b, node } = passage
    const branches = ['then_branch', 'else_branch'].map((name) => bodyOf(node, name))
    const captured = [...new Set(branches.flatMap((branch) => wantedCaptures(passage, branch)))]
    if (captured.length === 0) return { inputs: [] }
    const known = scalarOf(b.fact(node.inputs[0]!))
    if (known !== undefined) {
      const own = wantedCaptures(passage, branches[known ? 0 : 1]!)
      const results = inlineBody(b, backwardBranch(passage, branches[known ? 0 : 1]!, own), [])
      return { inputs: [], captured: new Map(own.map((name, i) => [name, results[i]!])) }
    }
    const [then_branch, else_branch] = branches.map((branch) =>
      backwardBranch(passage, branch, captured),
    ) as [Graph, Graph] // two
    const results = b.nodes(
      'If',
      [node.inputs[0]],
      { then_branch, else_branch },
      { outputs: captured.length },
    )
    return { inputs: [], captured: new Map(captured.map((name, i) => [name, results[i]!])) }
  },
})

/** Gives the gradients of captured values in order; those of what the branch does not read are zeros. */
function backwardBranch(passage: Passage, branch: Graph, captured: readonly string[]): Graph {
  const { b, gradients, differentiate } = passage
  const own = wantedCaptures(passage, branch)
  const { graph, gradients: found } = differentiate(branch, {
    wrt: own,
    seed: (inner) =>
      gradients.flatMap((gradient, i) => {
        const output = branch.outputs[i]!
        // What is known of the size after both branches may be less than what is known here.
        return gradient === undefined ? [] : [[output, mathsOf(inner).reshapeLike(gradient, output)] as const]
      }),
    captured: b.facts,
  })
  const inner = typedBuilder({ from: graph, captured: b.facts })
  const m = mathsOf(inner)
  return inner.build(captured.map((name) => inner.node('Identity', [found.get(name) ?? m.fullLike(name, 0)])))
}
