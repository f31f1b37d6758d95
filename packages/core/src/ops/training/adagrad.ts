import { attr } from '../attr.ts'
import { defineOp, none } from '../define.ts'
import { mixed, one } from '../param.ts'
import { inferStep, runStep, scalarInput } from './shared/optimizer-step.ts'

const trained = ['float32', 'float64'] as const

/**
 * One step of Adagrad for several tensors at once: X minus the learning rate, decayed after T steps, times
 * the gradient over the root of the summed squared gradient H.
 */
export const adagrad = defineOp({
  name: 'Adagrad',
  domain: 'ai.onnx.preview.training',
  since: [1],
  types: { T1: trained, T2: ['int64'], T3: trained },
  inputs: { R: one('T1'), T: one('T2'), inputs: mixed('T3', 3) },
  outputs: { outputs: mixed('T3', 2) },
  attrs: { norm_coefficient: attr.float(0), decay_factor: attr.float(0), epsilon: attr.float(1e-6) },
  infer: ({ inputs }) => ({ outputs: inferStep(inputs, 3) }),
  reference: ({ R, T, inputs }, { norm_coefficient, decay_factor, epsilon }) => {
    const rate = scalarInput(R) / (1 + scalarInput(T) * decay_factor)
    return {
      outputs: runStep(inputs, 3, ([x, g, h], [xNew, hNew], i) => {
        const gradient = norm_coefficient * x![i]! + g![i]!
        const square = h![i]! + gradient ** 2
        hNew![i] = square
        xNew![i] = x![i]! - (rate * gradient) / (Math.sqrt(square) + epsilon)
      }),
    }
  },
  gradient: none('it is a step of learning itself'),
  lower: { kind: 'kernel' },
})
