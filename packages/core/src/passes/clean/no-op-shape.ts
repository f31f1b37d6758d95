import { definePass, type Guard } from '../define.ts'
import { op } from '../pattern.ts'
import { sameShape, tryIntegers } from '../tensors.ts'

const keepsShape: Guard = ({ view, root, shape }) =>
  sameShape(shape('x'), view.shape(root.outputs[0]!)) ||
  'the shape must stay the same, all of its sizes known to be equal'

/** A step of -1 keeps the shape and turns the order. */
const stepsForward: Guard = ({ view, root }) => {
  if (root.op !== 'Slice' || (root.inputs[4] ?? '') === '') return true
  const steps = tryIntegers(view.constant(root.inputs[4]!))
  return steps?.every((step) => step === 1) || 'steps must be the constant 1'
}

/** Pads such as [1, -1] keep the shape and move the elements. */
const padsNothing: Guard = ({ view, root }) => {
  if (root.op !== 'Pad') return true
  const pads = tryIntegers(view.constant(root.inputs[1] ?? ''))
  return pads?.every((pad) => pad === 0) || 'pads must be the constant 0'
}

export const noOpShape = definePass({
  name: 'no-op-shape',
  priority: 130,
  doc: 'An operator that could only change the shape, and does not, becomes its input.',
  pattern: op(['Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Expand', 'Tile', 'Slice', 'Pad'], ['x'], {
    open: true,
  }),
  guards: [keepsShape, stepsForward, padsNothing],
  build: ({ value }) => value('x'),
})
