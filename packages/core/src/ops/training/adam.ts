import { attr } from '../attr.ts'
import { defineOp, none } from '../define.ts'
import { mixed, one } from '../param.ts'
import { inferStep, runStep, scalarInput } from './shared/optimizer-step.ts'

const trained = ['float32', 'float64'] as const

/**
 * One step of Adam for several tensors at once: X minus the learning rate times the averaged gradient V over
 * the root of the averaged squared gradient H, both corrected for their start at zero after T steps.
 */
export const adam = defineOp({
  name: 'Adam',
  domain: 'ai.onnx.preview.training',
  since: [1],
  types: { T1: trained, T2: ['int64'], T3: trained },
  inputs: { R: one('T1'), T: one('T2'), inputs: mixed('T3', 4) },
  outputs: { outputs: mixed('T3', 3) },
  attrs: {
    alpha: attr.float(0.9),
    beta: attr.float(0.999),
    epsilon: attr.float(1e-6),
    norm_coefficient: attr.float(0),
    norm_coefficient_post: attr.float(0),
  },
  infer: ({ inputs }) => ({ outputs: inferStep(inputs, 4) }),
  reference: ({ R, T, inputs }, { alpha, beta, epsilon, norm_coefficient, norm_coefficient_post }) => {
    const steps = scalarInput(T)
    const correction = steps > 0 ? Math.sqrt(1 - beta ** steps) / (1 - alpha ** steps) : 1
    const rate = scalarInput(R) * correction
    return {
      outputs: runStep(inputs, 4, ([x, g, v, h], [xNew, vNew, hNew], i) => {
        const gradient = norm_coefficient * x![i]! + g![i]!
        const average = alpha * v![i]! + (1 - alpha) * gradient
        const square = beta * h![i]! + (1 - beta) * gradient ** 2
        vNew![i] = average
        hNew![i] = square
        xNew![i] = (1 - norm_coefficient_post) * (x![i]! - (rate * average) / (Math.sqrt(square) + epsilon))
      }),
    }
  },
  gradient: none('it is a step of learning itself'),
  lower: { kind: 'kernel' },
})
