/** Why several operators have no gradient, once each. */
import { none } from './define.ts'

export const notFloat = none('its output is not of floating point')
export const throughSequences = none('no gradient passes through sequences')
export const quantizedNumbers = none('its numbers are quantised')
export const notWritten = none('nobody has written its rule')
