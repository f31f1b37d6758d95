/** The gradient that ends. */
import { stopGradient } from '../../ops/slipway/stop-gradient.ts'
import { defineGradient } from '../rule.ts'

export const stopGradientGradient = defineGradient(stopGradient, () => ({}))
