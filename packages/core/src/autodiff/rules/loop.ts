/** The gradient of Loop: what each iteration begins with is recorded on the way forward, and tells how many there were. */
import { loop } from '../../ops/loop.ts'
import { bodyOf, defineControlGradient } from '../control.ts'
import { loopBack } from '../loop-back.ts'
import { withRecords } from './scan.ts'

export const loopGradient = defineControlGradient(loop, {
  prepare(node, fresh) {
    const body = bodyOf(node, 'body')
    const attributes = new Map(node.attributes)
    attributes.set('body', { kind: 'graph', value: { ...body, outputs: [...body.outputs, ...body.inputs] } })
    // The condition is no output of the node.
    return { ...node, attributes, outputs: withRecords(node, body.outputs.length - 1, body.inputs, fresh) }
  },
  backward(passage) {
    const { node, gradients } = passage
    const body = bodyOf(node, 'body')
    const records = node.outputs.slice(-body.inputs.length)
    const states = body.inputs.slice(2)
    const stacked = body.outputs.slice(1 + states.length, body.outputs.length - body.inputs.length)
    const course = { axis: 0, direction: 0 } as const
    const back = loopBack(passage, {
      body,
      recorded: body.inputs.map((input, i) => ({ input, stacked: records[i]!, ...course })),
      sequences: [],
      carried: states.map((input, i) => ({
        input,
        output: body.outputs[1 + i]!,
        initial: node.inputs[2 + i]!,
        gradient: gradients[i],
      })),
      outputs: stacked.map((output, i) => ({ output, gradient: gradients[states.length + i], ...course })),
    })
    return { inputs: [undefined, undefined, ...back.carried], captured: back.captured }
  },
})
