/** The gradient of Scan: each iteration's state is recorded on the way forward. */
import type { Node } from '../../ir/graph.ts'
import { parseAttributes } from '../../ops/attr.ts'
import { scan } from '../../ops/scan.ts'
import { bodyOf, defineControlGradient } from '../control.ts'
import { loopBack } from '../loop-back.ts'

export const scanGradient = defineControlGradient(scan, {
  prepare(node, fresh) {
    const { num_scan_inputs: scanned, ...attrs } = parseAttributes(scan.attrs, node.attributes)
    const { body } = attrs
    const states = body.inputs.slice(0, node.inputs.length - scanned)
    const attributes = new Map(node.attributes)
    attributes.set('body', { kind: 'graph', value: { ...body, outputs: [...body.outputs, ...states] } })
    for (const name of ['scan_output_axes', 'scan_output_directions'] as const) {
      const list = attrs[name]
      const longer = list && [...list, ...states.map(() => 0)].map(BigInt)
      if (longer) attributes.set(name, { kind: 'ints', value: longer })
    }
    return { ...node, attributes, outputs: withRecords(node, body.outputs.length, states, fresh) }
  },
  backward(passage) {
    const { node, gradients } = passage
    const { num_scan_inputs: scanned, ...attrs } = parseAttributes(scan.attrs, node.attributes)
    const body = bodyOf(node, 'body')
    const count = node.inputs.length - scanned
    const course = (
      axes: readonly number[] | undefined,
      directions: readonly number[] | undefined,
      i: number,
    ) => ({ axis: axes?.[i] ?? 0, direction: directions?.[i] === 1 ? 1 : 0 }) as const
    const records = node.outputs.slice(-count)
    const states = records.map(
      (stacked, i) => ({ input: body.inputs[i]!, stacked, axis: 0, direction: 0 }) as const,
    )
    const sequences = body.inputs.slice(count).map((input, i) => ({
      input,
      stacked: node.inputs[count + i]!,
      ...course(attrs.scan_input_axes, attrs.scan_input_directions, i),
    }))
    const back = loopBack(passage, {
      body,
      recorded: [...(count === 0 ? [] : states), ...sequences],
      sequences,
      carried: body.inputs.slice(0, count).map((input, i) => ({
        input,
        output: body.outputs[i]!,
        initial: node.inputs[i]!,
        gradient: gradients[i],
      })),
      outputs: body.outputs.slice(count, body.outputs.length - count).map((output, i) => ({
        output,
        gradient: gradients[count + i],
        ...course(attrs.scan_output_axes, attrs.scan_output_directions, i),
      })),
    })
    return { inputs: [...back.carried, ...back.sequences], captured: back.captured }
  },
})

/** Names for all outputs of the node, `count` of which there are, and for what is recorded behind them. */
export function withRecords(
  node: Node,
  count: number,
  inputs: readonly string[],
  fresh: (hint: string) => string,
): readonly string[] {
  const outputs = Array.from({ length: count }, (_, i) => node.outputs[i] ?? '')
  return [...outputs, ...inputs.map((input) => fresh(`${input}/recorded`))]
}
